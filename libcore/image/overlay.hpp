// Outlines of masks on an image, and the parts of a mask.
#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <span>

namespace tn {

struct Outline {
  cv::Mat1b mask;    // > 0 is inside; of the image's size
  cv::Vec3b colour;  // blue, green, red
};

// The image in colour with each mask's outline, holes included, drawn over it in the order given; the
// outline runs on the mask's own border pixels and grows to both sides with `thickness` (px, at least 1).
cv::Mat3b draw_contours(const cv::Mat1b& grey, std::span<const Outline> outlines, int thickness = 1);
cv::Mat3b draw_contours(const cv::Mat3b& bgr, std::span<const Outline> outlines, int thickness = 1);

// The connected part (8 neighbours) of most pixels; of several equal ones the one met first, row by row. An
// empty mask stays empty. {0,255}.
cv::Mat1b largest_component(const cv::Mat1b& mask);

// Without the connected parts of fewer than `min_area` pixels. {0,255}.
cv::Mat1b remove_small(const cv::Mat1b& mask, std::int64_t min_area);

}  // namespace tn
