#include "libcore/eval/overlap_metrics.hpp"

#include <array>

namespace tn {
namespace {

constexpr std::array<OverlapMetric, 6> kMetrics{{
    {"dice", "Dice", "2 TP / (2 TP + FP + FN), the nodule as the class", "both masks are empty", true,
     [](const Overlap& counts) { return std::optional(dice(counts)); }},
    {"iou", "IoU", "TP / (TP + FP + FN), the nodule as the class", "both masks are empty", true,
     [](const Overlap& counts) { return std::optional(iou(counts)); }},
    {"precision", "Precision", "TP / (TP + FP)", "nothing was predicted", false,
     [](const Overlap& counts) { return precision(counts); }},
    {"sensitivity", "Sensitivity", "TP / (TP + FN)", "nothing was drawn", false,
     [](const Overlap& counts) { return sensitivity(counts); }},
    {"specificity", "Specificity", "TN / (TN + FP)", "the drawn nodule fills the image", false,
     [](const Overlap& counts) { return specificity(counts); }},
    {"pixel_accuracy", "Pixel accuracy", "(TP + TN) / all pixels", "no pixels", false,
     [](const Overlap& counts) { return std::optional(pixel_accuracy(counts)); }},
}};

constexpr OverlapMetric kClassMean{
    "class_mean_dice",
    "Dice, class mean",
    "mean of the Dice of the nodule and the Dice of the background",
    "both masks are empty",
    true,
    [](const Overlap& counts) { return std::optional(class_mean_dice(counts)); }};

bool none_drawn(const Overlap& counts) {
  return counts.tp + counts.fn == 0;
}

bool none_predicted(const Overlap& counts) {
  return counts.tp + counts.fp == 0;
}

}  // namespace

std::string_view rule_name(EmptyRule rule) {
  switch (rule) {
    case EmptyRule::score:
      return "score";
    case EmptyRule::nan:
      return "nan";
    case EmptyRule::drop:
      return "drop";
  }
  return "";
}

std::span<const OverlapMetric> overlap_metrics() {
  return kMetrics;
}

const OverlapMetric& class_mean_metric() {
  return kClassMean;
}

bool both_empty(const Overlap& counts) {
  return none_drawn(counts) && none_predicted(counts);
}

bool drawn_empty(const Overlap& counts) {
  return none_drawn(counts) && !none_predicted(counts);
}

bool predicted_empty(const Overlap& counts) {
  return none_predicted(counts) && !none_drawn(counts);
}

bool dropped(const Overlap& counts, EmptyRule rule) {
  return rule == EmptyRule::drop && none_drawn(counts);
}

std::optional<double> value_of(const OverlapMetric& metric, const Overlap& counts, EmptyRule rule) {
  if (dropped(counts, rule)) return std::nullopt;
  if (rule == EmptyRule::nan && metric.agreement && both_empty(counts)) return std::nullopt;
  return metric.of(counts);
}

std::string why_undefined(const OverlapMetric& metric, const Overlap& counts, EmptyRule rule) {
  return dropped(counts, rule) ? "nothing was drawn: left out" : std::string(metric.undefined);
}

}  // namespace tn
