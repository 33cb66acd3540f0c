#include "libcore/data/journal.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/hash.hpp"

namespace tn {
namespace {

std::string reason() {
  return std::strerror(errno);
}

// The entry, or nothing where the line holds none.
std::optional<Record> entry_of(std::string line) {
  try {
    Record entry = Record::parse_object(std::move(line), "journal");
    if (entry.text("key")) return entry;
  } catch (const Error&) {  // passed over: what it told of is done again
  }
  return std::nullopt;
}

}  // namespace

Journal::Journal(std::string path) : path_(std::move(path)) {
  handle_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (handle_ < 0) throw Error(Exit::cannot_create, "{}: cannot create: {}", path_, reason());
  alone_ = ::flock(handle_, LOCK_EX | LOCK_NB) == 0;
  if (alone_) cut_torn_line();
  ::flock(handle_, LOCK_SH);  // as long as this process lives
}

Journal::~Journal() {
  ::close(handle_);
}

void Journal::cut_torn_line() const {
  struct stat info {};
  if (::fstat(handle_, &info) != 0) throw Error(Exit::io, "{}: {}", path_, reason());
  std::int64_t end = info.st_size;
  char last = '\n';
  while (end > 0 && ::pread(handle_, &last, 1, end - 1) == 1 && last != '\n') --end;
  if (end < info.st_size && ::ftruncate(handle_, end) != 0)
    throw Error(Exit::io, "{}: cannot cut off a torn line: {}", path_, reason());
}

void Journal::recall() {
  std::ifstream file(path_, std::ios::binary);
  std::string line;
  for (std::int64_t start = 0; std::getline(file, line) && !file.eof();) {
    const Span span{start, static_cast<std::int64_t>(line.size())};
    start += span.size + 1;
    if (const auto entry = entry_of(line)) entries_[hash64(*entry->text("key"))] = span;
  }
}

std::optional<Record> Journal::find(std::string_view key) const {
  const auto found = entries_.find(hash64(key));
  if (found == entries_.end()) return std::nullopt;
  std::string line(static_cast<std::size_t>(found->second.size), '\0');
  if (::pread(handle_, line.data(), line.size(), found->second.start) != found->second.size)
    return std::nullopt;
  std::optional<Record> entry = entry_of(std::move(line));
  if (entry && entry->text("key") != key) entry.reset();
  return entry;
}

void Journal::append(const Record& entry) const {
  const std::string line = entry.line() + "\n";
  if (::write(handle_, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    throw Error(Exit::io, "{}: cannot write: {}", path_, reason());
}

}  // namespace tn
