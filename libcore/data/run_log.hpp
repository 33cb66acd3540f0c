// The live log of a run folder: log.jsonl and log.csv, append-only, whole lines.
#pragma once

#include <cstdint>
#include <string>

#include "libcore/data/training_log.hpp"

namespace tn {

class RunLog {
 public:
  // Opens FOLDER/log.jsonl and FOLDER/log.csv. Lines of epochs after `keep_epochs`, and a torn last line, are
  // taken out first, so that a resumed run leaves no gap, no duplicate and no torn line. Throws
  // Error(cannot_create | io).
  RunLog(const std::string& folder, std::int64_t keep_epochs);
  ~RunLog();
  RunLog(const RunLog&) = delete;
  RunLog& operator=(const RunLog&) = delete;

  void append(const EpochLog& log);  // one write a file; throws Error(io)

 private:
  std::string json_path_, csv_path_;
  int json_ = -1;
  int csv_ = -1;
};

}  // namespace tn
