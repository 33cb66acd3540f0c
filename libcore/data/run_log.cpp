#include "libcore/data/run_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/text.hpp"
#include "libcore/data/event_file.hpp"

namespace tn {
namespace {

std::string epoch_event(const EpochLog& log) {
  return event_scalars(log.time, log.steps, epoch_scalars(log));
}
std::string validation_event(const EpochLog& log) {
  return event_scalars(log.time + log.val_seconds, log.steps, validation_scalars(log));
}

// Whole and complete epochs up to `keep`, each with its validation.
std::vector<EpochLog> kept_epochs(const std::string& path, std::int64_t keep) {
  std::vector<EpochLog> logs;
  if (keep == 0 || !path_exists(path)) return logs;
  const std::string text = read_file(path);
  std::int64_t number = 0;
  for (const std::string_view line :
       split_text(std::string_view(text).substr(0, text.rfind('\n') + 1), '\n')) {
    ++number;
    if (!line.empty()) take_log_line(logs, std::string(line), fmt::format("{}:{}", path, number));
  }
  std::erase_if(logs, [&](const EpochLog& log) { return log.epoch > keep || !log.validated; });
  return logs;
}

// The record that begins the events: the one that is there, or a new one.
std::string first_event(const std::string& path, bool keep) {
  const std::string made = event_version(
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count());
  if (!keep || !path_exists(path)) return made;
  const std::string there = read_file(path).substr(0, made.size());
  constexpr std::size_t kTimeAt = 13;  // after length, checksum and key
  double time = 0;
  if (there.size() == made.size()) std::memcpy(&time, there.data() + kTimeAt, sizeof time);
  return there == event_version(time) ? there : made;
}

}  // namespace

RunLog::RunLog(const std::string& folder, std::int64_t keep_epochs)
    : json_{folder + "/log.jsonl"}, csv_{folder + "/log.csv"}, events_{folder + "/" + kEventFile} {
  const std::vector<EpochLog> kept = kept_epochs(json_.path, keep_epochs);
  std::string json, csv = csv_header(), events = first_event(events_.path, keep_epochs > 0);
  for (const EpochLog& log : kept) {
    json += epoch_line(log) + validation_line(log);
    csv += to_csv_line(log);
    events += epoch_event(log) + validation_event(log);
  }
  open(json_, json);
  open(csv_, csv);
  open(events_, events);
}

RunLog::~RunLog() {
  for (const File* file : {&json_, &csv_, &events_})
    if (file->handle >= 0) ::close(file->handle);
}

void RunLog::open(File& file, const std::string& text) {
  if (!path_exists(file.path) || read_file(file.path) != text) write_whole(file.path, text, /*force=*/true);
  file.handle = ::open(file.path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (file.handle < 0)
    throw Error(Exit::cannot_create, "{}: cannot append: {}", file.path, std::strerror(errno));
}

void RunLog::append(const File& file, const std::string& text) {
  if (::write(file.handle, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw Error(Exit::io, "{}: cannot write: {}", file.path, std::strerror(errno));
  ::fdatasync(
      file.handle);  // the checkpoint that follows must not know more than the log; pipes refuse, and may
}

void RunLog::append_epoch(const EpochLog& log) {
  append(json_, epoch_line(log));
  append(events_, epoch_event(log));
}

void RunLog::append_validation(const EpochLog& log) {
  append(json_, validation_line(log));
  append(csv_, to_csv_line(log));
  append(events_, validation_event(log));
}

}  // namespace tn
