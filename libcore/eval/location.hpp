// Whether the predicted nodule lies where the drawn one does, and which drawn ones were found.
#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>

#include "libcore/image/regions.hpp"

namespace tn {

// Of the largest piece (8 neighbours; of equal ones the upper, then the left one) of each mask, and of all
// pieces.
struct Location {
  double box_iou = 0;          // of the bounding boxes of the largest pieces
  double centre_distance = 0;  // of the centres of mass of the largest pieces: px, or mm with a spacing
  std::int64_t drawn = 0;      // pieces
  std::int64_t detected = 0;   // drawn pieces that a predicted piece overlaps with IoU >= 0.5
};

// Masks of equal size that both have a pixel > 0.
Location locate(const cv::Mat1b& predicted, const cv::Mat1b& drawn, const Spacing& spacing);

std::int64_t count_pieces(const cv::Mat1b& mask);

}  // namespace tn
