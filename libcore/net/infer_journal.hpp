// What tn-infer has answered, kept in its folder, so that --resume can tell it again without the network.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libcore/data/journal.hpp"
#include "libcore/data/record.hpp"
#include "libcore/net/emit.hpp"

namespace tn {

// FOLDER/journal.jsonl. An entry holds the record's id, hashes of what was read and of the settings, the
// SHA-256 of each file, and what the record gained. It is written before its files appear, so that a file of
// ours never stands there without an entry.
class InferJournal {
 public:
  // `settings`: a hash of all that decides on the answers besides the image. With `resume` reads what is
  // there and, if no other process uses the folder, takes away what a killed one left of unfinished files.
  // Throws Error(cannot_create | io).
  InferJournal(const std::string& folder, std::string settings, bool resume);

  static constexpr const char* kName = "journal.jsonl";

  // By the id, the settings, the keys of the record that tn-infer reads, and the bytes of its image file.
  std::string key_of(const Record& record, std::string_view bytes) const;

  // none: nothing is known. done: the record has all that was told of it, and its files are there. partly:
  // some of its files are missing and the others are ours. foreign: one of them is another than was written.
  enum class State { none, done, partly, foreign };
  // Any number of threads. `foreign` gets the path of the file.
  State recall(Record& record, const std::string& key, std::string& foreign) const;

  // Of a finished record. Any number of threads. Throws Error(io).
  void append(const Record& record, const std::string& key, const std::vector<OutputFile>& files) const;

 private:
  std::string folder_;
  std::string settings_;
  Journal journal_;
};

}  // namespace tn
