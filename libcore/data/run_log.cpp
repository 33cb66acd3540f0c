#include "libcore/data/run_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/text.hpp"

namespace tn {
namespace {

// Whole lines of epochs up to `keep`, as log.jsonl and as log.csv.
struct Kept {
  std::string json;
  std::string csv;
};

Kept kept_lines(const std::string& path, std::int64_t keep) {
  Kept kept{"", csv_header()};
  if (keep == 0 || !path_exists(path)) return kept;
  const std::string text = read_file(path);
  std::int64_t number = 0;
  for (const std::string_view line :
       split_text(std::string_view(text).substr(0, text.rfind('\n') + 1), '\n')) {
    ++number;
    if (line.empty()) continue;
    const EpochLog log = epoch_log_from_json(std::string(line), fmt::format("{}:{}", path, number));
    if (log.epoch > keep) continue;
    kept.json += std::string(line) + "\n";
    kept.csv += to_csv_line(log);
  }
  return kept;
}

int open_append(const std::string& path) {
  const int handle = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (handle < 0) throw Error(Exit::cannot_create, "{}: cannot append: {}", path, std::strerror(errno));
  return handle;
}

void append_line(int handle, const std::string& path, const std::string& line) {
  if (::write(handle, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    throw Error(Exit::io, "{}: cannot write: {}", path, std::strerror(errno));
  ::fdatasync(handle);  // the checkpoint that follows must not know more than the log; pipes refuse, and may
}

}  // namespace

RunLog::RunLog(const std::string& folder, std::int64_t keep_epochs)
    : json_path_(folder + "/log.jsonl"), csv_path_(folder + "/log.csv") {
  const Kept kept = kept_lines(json_path_, keep_epochs);
  write_whole(json_path_, kept.json, /*force=*/true);
  write_whole(csv_path_, kept.csv, /*force=*/true);
  json_ = open_append(json_path_);
  csv_ = open_append(csv_path_);
}

RunLog::~RunLog() {
  if (json_ >= 0) ::close(json_);
  if (csv_ >= 0) ::close(csv_);
}

void RunLog::append(const EpochLog& log) {
  append_line(json_, json_path_, to_json_line(log));
  append_line(csv_, csv_path_, to_csv_line(log));
}

}  // namespace tn
