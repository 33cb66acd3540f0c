// Many cases in, the numbers of the whole out: counts, overlaps in each reading, class decisions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libcore/eval/case_score.hpp"
#include "libcore/eval/class_metrics.hpp"
#include "libcore/eval/roc.hpp"
#include "libcore/eval/statistics.hpp"

namespace tn {

// Every record is in exactly one of failed, or for each part in one of its states.
struct CaseCounts {
  std::int64_t records = 0;
  std::int64_t patients = 0;     // different ones among the records that name one
  std::int64_t failed = 0;       // error records, here or before
  std::int64_t failed_here = 0;  // of them here

  std::int64_t mask_scored = 0;
  std::int64_t mask_missing = 0;     // drawn, but nothing predicted by the model
  std::int64_t mask_no_truth = 0;    // no drawn mask
  std::int64_t mask_dropped = 0;     // left out by --empty drop
  std::int64_t both_empty = 0;       // of those scored or dropped
  std::int64_t drawn_empty = 0;      // nothing drawn, something predicted
  std::int64_t predicted_empty = 0;  // something drawn, nothing predicted

  std::int64_t class_scored = 0;
  std::int64_t class_missing = 0;   // labelled, without a probability
  std::int64_t class_no_truth = 0;  // without a label
  friend bool operator==(const CaseCounts&, const CaseCounts&) = default;
};

struct MetricSummary {
  const OverlapMetric* metric = nullptr;
  Spread over_cases;
  std::optional<double> pooled;  // of the summed counts
};

struct GeometrySummary {
  GeometryMetric metric;
  Spread over_cases;
};

struct ClassSummary {
  double threshold = 0.5;
  ClassCounts counts;
  std::vector<std::optional<double>> decisions;      // in the order of decision_metrics()
  std::vector<std::optional<double>> probabilities;  // in the order of probability_metrics()
  std::optional<AurocEstimate> auroc;                // with its variance
  bool one_case_each = false;                        // no patient has two cases: the variance is DeLong's
};

// By a metric's name.
std::optional<double> class_value(const ClassSummary& classes, std::string_view name);

struct Summary {
  CaseCounts counts;
  Overlap pooled;                      // pixels of all scored cases
  std::vector<MetricSummary> overlap;  // in the order of overlap_metrics()
  std::optional<double> class_mean_dice;
  std::vector<GeometrySummary> geometry;  // in the order of geometry_metrics()
  std::int64_t regions_drawn = 0;         // pieces of all scored cases
  std::int64_t regions_detected = 0;
  ClassSummary classes;

  bool any_scored() const { return counts.mask_scored + counts.class_scored > 0; }
};

// The cases were scored by the same rule and options.
Summary summarize(std::span<const CaseScore> cases, EmptyRule empty, double threshold,
                  const SurfaceOptions& surface = {});

// Detected of drawn regions; nothing if none was drawn.
std::optional<double> region_sensitivity(const Summary& summary);

}  // namespace tn
