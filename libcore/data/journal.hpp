// An append-only file of what is done, a JSON object a line, so that a run that was killed can go on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "libcore/data/record.hpp"

namespace tn {

// Entries are known by their text "key"; of several with one key the last counts. Several processes may
// append to one file.
class Journal {
 public:
  // Makes the file where there is none; its folder exists. Where no other process has the journal open, what
  // stands after the last line end (a writer was killed) is cut off. Throws Error(cannot_create | io).
  explicit Journal(std::string path);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  bool alone() const { return alone_; }  // no other process had it open

  // Learns where each entry stands that is there now, in about 50 bytes an entry. What is no entry is passed
  // over.
  void recall();

  // The entry that recall() found. Any number of threads.
  std::optional<Record> find(std::string_view key) const;

  // With one write, so that a line is never torn but by the end of the process. Any number of threads. Throws
  // Error(io).
  void append(const Record& entry) const;

 private:
  struct Span {
    std::int64_t start = 0;
    std::int64_t size = 0;
  };
  void cut_torn_line() const;

  std::string path_;
  int handle_ = -1;
  bool alone_ = false;
  std::unordered_map<std::uint64_t, Span> entries_;  // by the key's hash
};

}  // namespace tn
