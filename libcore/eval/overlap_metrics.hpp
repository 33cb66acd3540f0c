// The table of overlap metrics: one row each, which drives scores, summaries, reports and definitions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "libcore/eval/overlap.hpp"

namespace tn {

// What a case with an empty mask counts for (--empty).
enum class EmptyRule {
  score,  // two empty masks agree: overlaps are 1; one empty mask: 0
  nan,    // two empty masks have no overlap: null, and out of mean, median and sd
  drop,   // a case without a drawn nodule is out of every overlap number, pooled counts included
};
std::string_view rule_name(EmptyRule rule);

struct OverlapMetric {
  std::string_view name;        // as in JSON: "pixel_accuracy"
  std::string_view title;       // as in Markdown: "Pixel accuracy"
  std::string_view definition;  // one sentence
  std::string_view undefined;   // why 0/0 can happen
  bool agreement;               // two empty masks agree in it: 1 unless the rule says otherwise
  std::optional<double> (*of)(const Overlap& counts);
};

// Dice, IoU, precision, sensitivity, specificity, pixel accuracy.
std::span<const OverlapMetric> overlap_metrics();

// Dice of nodule and background, averaged: for its mean over cases, the class-mean reading of Dice.
const OverlapMetric& class_mean_metric();

bool both_empty(const Overlap& counts);
bool drawn_empty(const Overlap& counts);      // nothing drawn, something predicted
bool predicted_empty(const Overlap& counts);  // something drawn, nothing predicted

// Whether the rule leaves the case out altogether.
bool dropped(const Overlap& counts, EmptyRule rule);

// Of one case under a rule; nothing where undefined, and then why_undefined() says why.
std::optional<double> value_of(const OverlapMetric& metric, const Overlap& counts, EmptyRule rule);
std::string why_undefined(const OverlapMetric& metric, const Overlap& counts, EmptyRule rule);

}  // namespace tn
