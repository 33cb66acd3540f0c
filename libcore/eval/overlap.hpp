// Overlap of a predicted and a drawn mask: counts and the numbers made of them.
#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <optional>

namespace tn {

struct Overlap {
  std::int64_t tp = 0;  // pixels
  std::int64_t fp = 0;
  std::int64_t fn = 0;
  std::int64_t tn = 0;
  friend bool operator==(const Overlap&, const Overlap&) = default;
};

// Any value > 0 is nodule. Sizes must be equal: otherwise Error(bad_data).
Overlap overlap(const cv::Mat1b& predicted, const cv::Mat1b& drawn);
Overlap operator+(const Overlap& a, const Overlap& b);

// In [0,1]. Two empty masks agree: 1. (INTERFACES 5)
double dice(const Overlap& counts);
double iou(const Overlap& counts);
double background_dice(const Overlap& counts);  // Dice of the background as the class
double class_mean_dice(const Overlap& counts);  // mean of nodule and background Dice
double pixel_accuracy(const Overlap& counts);

// 0/0 is nothing.
std::optional<double> precision(const Overlap& counts);
std::optional<double> sensitivity(const Overlap& counts);
std::optional<double> specificity(const Overlap& counts);

}  // namespace tn
