// The exact Euclidean distance from a pixel to the nearest marked one.
#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <vector>

#include "libcore/image/regions.hpp"

namespace tn {

// Each column knows how far up or down its nearest marked pixel is (the first pass of Felzenszwalb and
// Huttenlocher 2012); a question walks to both sides until the way alone is longer than what was found. That
// takes time in proportion to the distance, which is short where masks agree.
class Nearest {
 public:
  Nearest(const cv::Mat1b& marks, const Spacing& spacing);  // marks: > 0, at least one

  double distance(cv::Point from) const;  // inside the marks' size

 private:
  int columns_;
  double x_squared_, y_squared_;    // of the spacing
  std::vector<std::int32_t> rows_;  // from each pixel to the nearest mark of its column
};

}  // namespace tn
