// The table of class metrics: one row each, which drives summaries, intervals, reports and definitions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "libcore/eval/classification.hpp"

namespace tn {

// At the threshold.
struct DecisionMetric {
  std::string_view name;        // as in JSON: "balanced_accuracy"
  std::string_view title;       // as in Markdown: "Balanced accuracy"
  std::string_view definition;  // one sentence
  std::optional<double> (*of)(const ClassCounts& counts);
};
std::span<const DecisionMetric> decision_metrics();

// Of the probabilities.
struct ProbabilityMetric {
  std::string_view name;
  std::string_view title;
  std::string_view definition;
  bool low_is_good;
  std::optional<double> (*of)(std::span<const ScoredCase> cases);
};
std::span<const ProbabilityMetric> probability_metrics();

// Why a metric of the counts (for a probability metric: of labelled cases) is nothing.
std::string why_undefined(std::string_view name, const ClassCounts& counts);

}  // namespace tn
