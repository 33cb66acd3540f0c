// The folder of a training run, and what is said of an epoch.
#pragma once

#include <string>

#include "libcore/data/training_log.hpp"

namespace tn {

// Whether a run may begin in the folder (or go on there, with `resume`); writes nothing. Throws
// Error(cannot_create) for a folder that holds a run unless `force` or `resume`, Error(no_input) for a resume
// where there is no checkpoint.
void expect_free_run_folder(const std::string& folder, bool resume, bool force);

// Makes the folder and its config.ini, and takes an old run's model, checkpoints and logs away. For a run
// that begins.
void begin_run_folder(const std::string& folder, const std::string& config_text);

// "epoch 3: loss 0.4112, validation Dice 0.7310, accuracy 0.81, AUROC 0.84, 12.1 images/s, best"
std::string epoch_summary(const EpochLog& log);

// "90s", "45m", "2h", "1.5h" or plain seconds -> seconds. Throws Error(usage).
double parse_duration(const std::string& text);

}  // namespace tn
