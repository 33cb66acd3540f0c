// ROC and precision-recall curves over every threshold, and bands of them by resampling whole units.
#pragma once

#include <span>
#include <vector>

#include "libcore/eval/bootstrap.hpp"
#include "libcore/plot/case_run.hpp"
#include "libcore/plot/chart.hpp"

namespace tn {

// False positive rate and sensitivity, a point for each distinct probability, from (0,0) to (1,1). Both
// classes are there.
std::vector<Point> roc_points(std::span<const ScoredCase> cases);

// Sensitivity (recall) and precision, a corner for each distinct probability, from the highest precision on:
// between two of them the precision is that of the one to the right, as in the area (see auprc()).
std::vector<Point> pr_points(std::span<const ScoredCase> cases);

// Pointwise: at 101 places of the x axis the quantiles of the resampled curves. Resamples without one of the
// classes are left out. Nothing if no resamples are asked for.
std::vector<Bar> roc_band(const LabelledCases& cases, const IntervalOptions& options);
std::vector<Bar> pr_band(const LabelledCases& cases, const IntervalOptions& options);

}  // namespace tn
