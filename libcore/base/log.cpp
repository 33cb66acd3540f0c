#include "libcore/base/log.hpp"

#include <fmt/format.h>

#include <atomic>
#include <cstdio>
#include <utility>

#include "libcore/base/text.hpp"

namespace tn {

namespace {

std::atomic<bool> redrawn_line_stands = false;

}  // namespace

void mark_redrawn_line(bool stands) {
  redrawn_line_stands = stands;
}

Log::Log(std::string program, Verbosity verbosity, bool colour)
    : program_(std::move(program)), verbosity_(verbosity), colour_(colour) {}

void Log::error(std::string_view text) const {
  line("error: ", "31", text);
}

void Log::warning(std::string_view text) const {
  line("warning: ", "33", text);
}

void Log::note(std::string_view text) const {
  if (verbosity_ != Verbosity::quiet) line("", "", text);
}

void Log::detail(std::string_view text) const {
  if (verbosity_ == Verbosity::verbose) line("", "", text);
}

void Log::line(std::string_view tag, std::string_view colour, std::string_view text) const {
  const std::string safe = printable(text, std::string::npos);
  const bool painted = colour_ && !colour.empty();
  std::string shown = painted ? fmt::format("{}: \033[{}m{}\033[0m{}\n", program_, colour, tag, safe)
                              : fmt::format("{}: {}{}\n", program_, tag, safe);
  const std::lock_guard lock(mutex_);
  if (redrawn_line_stands.exchange(false)) shown.insert(0, "\r\033[K");
  std::fwrite(shown.data(), 1, shown.size(), stderr);
}

}  // namespace tn
