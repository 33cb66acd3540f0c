// The live logs of a run folder: log.jsonl, log.csv and TensorBoard's events, append-only, whole lines and
// records.
#pragma once

#include <cstdint>
#include <string>

#include "libcore/data/training_log.hpp"

namespace tn {

constexpr const char* kEventFile = "events.out.tfevents.tn";

class RunLog {
 public:
  // Opens FOLDER/log.jsonl, FOLDER/log.csv and FOLDER/events.out.tfevents.tn. What is of epochs after
  // `keep_epochs`, and a torn last line, is taken out first, and the other two are made from log.jsonl anew:
  // a resumed run leaves no gap, no duplicate and no torn line in any of them. Throws Error(cannot_create |
  // io).
  RunLog(const std::string& folder, std::int64_t keep_epochs);
  ~RunLog();
  RunLog(const RunLog&) = delete;
  RunLog& operator=(const RunLog&) = delete;

  // One write a file; throw Error(io).
  void append_epoch(const EpochLog& log);
  void append_validation(const EpochLog& log);

 private:
  struct File {
    std::string path;
    int handle = -1;
  };
  static void open(File& file, const std::string& text);
  static void append(const File& file, const std::string& text);

  File json_, csv_, events_;
};

}  // namespace tn
