#include "libcore/cli/progress.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <utility>

#include "libcore/base/log.hpp"

namespace tn {

Progress::Progress(std::string program, std::string unit, std::int64_t total, bool enabled)
    : program_(std::move(program)),
      unit_(std::move(unit)),
      total_(total),
      enabled_(enabled),
      start_(std::chrono::steady_clock::now()) {}

Progress::~Progress() {
  if (!enabled_ || done_ == 0) return;
  fmt::print(stderr, "\r\033[K");
  mark_redrawn_line(false);
}

void Progress::advance(std::int64_t count, const std::string& detail) {
  done_ += count;
  if (!enabled_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - drawn_ < std::chrono::milliseconds(100) && done_ != total_) return;
  drawn_ = now;
  draw(detail);
}

void Progress::begin_at(std::int64_t count) {
  done_ = before_ = count;
}

void Progress::set_share(double share) {
  if (!first_share_) first_share_ = {share, std::chrono::steady_clock::now()};
  share_ = share;
}

std::optional<double> Progress::seconds_left(std::chrono::steady_clock::time_point now) const {
  const auto since = [&](std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(now - start).count();
  };
  if (first_share_) {
    if (share_ <= first_share_->share) return std::nullopt;
    return since(first_share_->when) * (1 - share_) / (share_ - first_share_->share);
  }
  if (total_ == 0 || done_ <= before_) return std::nullopt;
  return since(start_) * static_cast<double>(total_ - done_) / static_cast<double>(done_ - before_);
}

void Progress::draw(const std::string& detail) {
  const double seconds = std::chrono::duration<double>(drawn_ - start_).count();
  const double rate = seconds > 0 ? static_cast<double>(done_ - before_) / seconds : 0;
  std::string line =
      total_ > 0 ? fmt::format("{}/{} {}", done_, total_, unit_) : fmt::format("{} {}", done_, unit_);
  line += fmt::format(", {:.3g}/s", rate);
  if (const auto left = seconds_left(drawn_)) line += fmt::format(", {} left", clock_text(*left));
  fmt::print(stderr, "\r\033[K{}: {}{}{}", program_, line, detail.empty() ? "" : ", ", detail);
  std::fflush(stderr);
  mark_redrawn_line(true);
}

std::string clock_text(double seconds) {
  const auto whole = std::llround(seconds);
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace tn
