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

// The panels below each other. Throws Error(bad_data) "NAME: reason" if there is no epoch or no finite
// number.
std::string draw_curves(std::span<const EpochLog> epochs, PictureFormat format, const std::string& name);

}  // namespace tn
