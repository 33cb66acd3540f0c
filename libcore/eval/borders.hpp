// The borders of two masks and how far each point of one lies from the other.
#pragma once

#include <opencv2/core/mat.hpp>
#include <vector>

#include "libcore/image/regions.hpp"

namespace tn {

// From every border point of one mask to the nearest of the other.
struct DirectedDistances {
  std::vector<double> distances;
  std::vector<double> lengths;  // of contour at each point; empty for border pixels, which all count the same
};

struct BorderDistances {
  DirectedDistances predicted;  // to the drawn border
  DirectedDistances drawn;      // to the predicted border
};

// Both masks have a pixel > 0 and the same size. Outside the image is background.

// The border is the mask minus its 4-neighbour erosion.
BorderDistances border_distances(const cv::Mat1b& predicted, const cv::Mat1b& drawn, const Spacing& spacing);

// The border is where 2x2 pixels are neither all inside nor all outside: a corner between pixels, and it
// stands for the length of contour that marching squares draws there, as DeepMind's surface-distance has it.
BorderDistances contour_distances(const cv::Mat1b& predicted, const cv::Mat1b& drawn, const Spacing& spacing);

}  // namespace tn
