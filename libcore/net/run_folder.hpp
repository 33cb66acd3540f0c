// The folder of a training run, and what is said of an epoch.
#pragma once

#include <string>

#include "libcore/data/training_log.hpp"

namespace tn {

// Makes the folder and its config.ini. A folder that holds a run already is refused (cannot_create) unless
// `resume`, which leaves its config.ini as it is, or `force`, which takes the old run's model, checkpoints
// and logs away. `resume` where there is no checkpoint is Error(no_input).
void claim_run_folder(const std::string& folder, bool resume, bool force, const std::string& config_text);

// "epoch 3: loss 0.4112, validation Dice 0.7310, accuracy 0.81, AUROC 0.84, 12.1 images/s, best"
std::string epoch_summary(const EpochLog& log);

// "90s", "45m", "2h", "1.5h" or plain seconds -> seconds. Throws Error(usage).
double parse_duration(const std::string& text);

}  // namespace tn
