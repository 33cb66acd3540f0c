// Training curves: what the log of a training shows, a panel a question.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "libcore/data/training_log.hpp"
#include "libcore/plot/chart.hpp"

namespace tn {

// Loss; Dice of validation; accuracy and AUROC of validation. A panel or line without a number is left out.
// The last epoch that replaced the model file is marked.
std::vector<Chart> training_charts(std::span<const EpochLog> epochs);

struct TrainingRun {
  std::string name;  // in the legend
  std::string path;  // in messages
  std::vector<EpochLog> epochs;
};

// Of one run the above. Of several a line a run: losses of training and of validation, Dice, AUROC.
std::vector<Chart> training_charts(std::span<const TrainingRun> runs);

// The panels below each other. Throws Error(bad_data) "PATH: reason" for a run without an epoch or a finite
// number.
std::string draw_curves(std::span<const TrainingRun> runs, PictureFormat format, const Theme& theme);

}  // namespace tn
