// The folder of a training run, and what is said of an epoch.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "libcore/data/training_log.hpp"

namespace tn {

enum class Resume { never, always, automatic };

// Whether the run goes on from a checkpoint in the folder; automatic: if there is one. Writes nothing. Throws
// Error(cannot_create) for a folder that holds a run which is neither gone on with nor, by `force`, begun
// anew (automatic gives up what an aborted start left, never a model), Error(no_input) for a resume where
// there is no checkpoint.
bool goes_on(const std::string& folder, Resume resume, bool force);

// Makes the folder if need be and holds it while in scope, so that no two processes work in one run. A file
// system that cannot lock is trusted. Throws Error(cannot_create) if another process holds it.
class RunLock {
 public:
  explicit RunLock(const std::string& folder);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

 private:
  int handle_;
};

// Makes the folder and its config.ini, and takes an old run's model, checkpoints and logs away. For a run
// that begins.
void begin_run_folder(const std::string& folder, const std::string& config_text);

// Takes away what a killed process left half written beside the run's files.
void sweep_run_folder(const std::string& folder);

// One line more for FOLDER/environment.jsonl, after a resume too. Throws Error(io).
void append_environment(const std::string& folder, const nlohmann::json& environment);

// The processor's name as the system gives it; empty if it does not tell.
std::string processor_name();

// "epoch 3: loss 0.4112, validation Dice 0.7310, accuracy 0.81, AUROC 0.84, 12.1 images/s, best"
std::string epoch_summary(const EpochLog& log);

constexpr double kLongestTime = 87600 * 3600.0;  // ten years, s

// "90s", "45m", "2h", "1.5h" -> seconds, at most kLongestTime. Throws Error(usage).
double parse_duration(const std::string& text);

}  // namespace tn
