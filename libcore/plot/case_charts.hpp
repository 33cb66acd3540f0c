// Charts of evaluated cases. Each throws Error(bad_data) "PATH: reason" for a run that lacks what it shows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "libcore/eval/bootstrap.hpp"
#include "libcore/eval/stored_report.hpp"
#include "libcore/plot/case_run.hpp"
#include "libcore/plot/chart.hpp"

namespace tn {

// A curve a run with its band; the legend has the AUROC with DeLong's interval (Obuchowski's where patients
// have several cases).
Chart roc_chart(std::span<const CaseRun> runs, const IntervalOptions& band);

// A stepped curve a run with its band; the legend has the area (AUPRC), the grey line is the share of
// malignant cases in the first run.
Chart pr_chart(std::span<const CaseRun> runs, const IntervalOptions& band);

// In the 15 bins of the ECE the share of malignant cases over the mean probability with Wilson's 95 %
// interval; below, how many cases are in each bin.
std::vector<Chart> reliability_charts(std::span<const CaseRun> runs);

// A box a value of the records' key `by` (most cases first, then by name): quartiles, whiskers to the
// furthest value within 1.5 box lengths, and all values of `metrics.METRIC`. violin: each box in the density
// of its values, see kernel_density(); a group whose values are all equal has none.
Chart box_chart(const CaseRun& run, const std::string& metric, const std::string& by, bool violin = false);

// Bland and Altman: predicted less drawn area over their mean, with the mean difference and 1.96 standard
// deviations around it. mm2 where every record has its spacing, else px.
Chart area_chart(const CaseRun& run);

// One metric of several reports over a number that differs between them, with the reports' intervals.
struct SweepPoint {
  double x = 0;
  StoredReport report;
};
Chart sweep_chart(std::span<const SweepPoint> points, const std::string& metric, const std::string& x_label);

// "0.2=alpha-0.2/report.json" -> 0.2 and the path. Throws Error(usage).
std::pair<double, std::string> parse_sweep_operand(const std::string& text);

// Counts of the four outcomes with their share of the drawn class, at the threshold. Fills the box.
void draw_confusion(Canvas& canvas, const CaseRun& run, double threshold, const Box& box);

}  // namespace tn
