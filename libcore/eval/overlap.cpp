#include "libcore/eval/overlap.hpp"

#include <limits>
#include <opencv2/core.hpp>

#include "libcore/base/error.hpp"

namespace tn {
namespace {

double ratio(std::int64_t part, std::int64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

// For overlaps: nothing drawn and nothing predicted is agreement.
double ratio_or_one(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 1 : ratio(part, whole);
}

std::optional<double> ratio_or_none(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return std::nullopt;
  return ratio(part, whole);
}

}  // namespace

Overlap overlap(const cv::Mat1b& predicted, const cv::Mat1b& drawn) {
  if (predicted.size() != drawn.size())
    throw Error(Exit::bad_data, "the predicted mask is {}x{} px, the drawn one {}x{} px", predicted.cols,
                predicted.rows, drawn.cols, drawn.rows);
  if (drawn.empty()) return {};
  if (drawn.total() > std::numeric_limits<int>::max())  // OpenCV counts no further
    throw Error(Exit::bad_data, "masks of {}x{} px: at most {} pixels can be compared", drawn.cols,
                drawn.rows, std::numeric_limits<int>::max());
  const cv::Mat &p = predicted, &d = drawn;
  cv::Mat both;
  cv::min(p, d, both);  // > 0 where both are
  Overlap counts;
  counts.tp = cv::countNonZero(both);
  counts.fp = cv::countNonZero(predicted) - counts.tp;
  counts.fn = cv::countNonZero(drawn) - counts.tp;
  counts.tn = static_cast<std::int64_t>(drawn.total()) - counts.tp - counts.fp - counts.fn;
  return counts;
}

Overlap operator+(const Overlap& a, const Overlap& b) {
  return {a.tp + b.tp, a.fp + b.fp, a.fn + b.fn, a.tn + b.tn};
}

double dice(const Overlap& counts) {
  return ratio_or_one(2 * counts.tp, 2 * counts.tp + counts.fp + counts.fn);
}

double iou(const Overlap& counts) {
  return ratio_or_one(counts.tp, counts.tp + counts.fp + counts.fn);
}

double background_dice(const Overlap& counts) {
  return ratio_or_one(2 * counts.tn, 2 * counts.tn + counts.fp + counts.fn);
}

double class_mean_dice(const Overlap& counts) {
  return (dice(counts) + background_dice(counts)) / 2;
}

double pixel_accuracy(const Overlap& counts) {
  return ratio_or_one(counts.tp + counts.tn, counts.tp + counts.fp + counts.fn + counts.tn);
}

std::optional<double> precision(const Overlap& counts) {
  return ratio_or_none(counts.tp, counts.tp + counts.fp);
}

std::optional<double> sensitivity(const Overlap& counts) {
  return ratio_or_none(counts.tp, counts.tp + counts.fn);
}

std::optional<double> specificity(const Overlap& counts) {
  return ratio_or_none(counts.tn, counts.tn + counts.fp);
}

}  // namespace tn
