// What a choice of the threshold would cost: sensitivity at a given specificity and the reverse, rows at
// given thresholds, the decision curve.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "libcore/eval/bootstrap.hpp"
#include "libcore/eval/classification.hpp"

namespace tn {

struct OperatingOptions {
  std::vector<double> at_sensitivity;  // in (0,1]
  std::vector<double> at_specificity;
  std::vector<double> at_threshold;  // in [0,1]
  bool decision_curve = false;
};

void check(const OperatingOptions& options);  // throws Error(usage)

enum class Fixed { sensitivity, specificity, threshold };
std::string_view fixed_name(Fixed fixed);

// Ends of an interval; nothing without resamples, or where the number is undefined.
struct Range {
  std::optional<double> low, high;
};

struct OperatingPoint {
  Fixed fixed = Fixed::threshold;
  double at = 0;                    // the share or threshold asked for
  std::optional<double> threshold;  // nothing: no case is called malignant, or there is no such point
  bool reached = true;              // false: a class is missing, so that the share is undefined
  ClassCounts counts;               // where reached
  Range sensitivity, specificity;   // in resamples of the units; for a given share the threshold moves too
};

// Net benefit of acting on p_malignant >= threshold (Vickers and Elkin 2006): TP/n - FP/n t/(1-t). Acting on
// no case has 0.
struct DecisionRow {
  double threshold = 0;
  double model = 0;
  double all = 0;  // of acting on every case
  Range range;     // of `model`
};

struct Operating {
  std::vector<OperatingPoint> points;  // sensitivities, specificities, thresholds, as they were asked for
  std::vector<DecisionRow> curve;      // thresholds 0.01 to 0.99
};

// The point of the ROC curve, ties taken whole: for a sensitivity the highest threshold that reaches it, for
// a specificity the highest one with the most sensitivity that keeps it. Nothing if a class is missing.
std::optional<OperatingPoint> point_at(std::span<const ScoredCase> cases, Fixed fixed, double at);

// Nothing if nothing was asked for, or no case has a label and a probability.
std::optional<Operating> operating(std::span<const CaseScore> cases, const OperatingOptions& options,
                                   const IntervalOptions& intervals);

}  // namespace tn
