// Where a picture ends and the black around it begins.
#pragma once

#include <opencv2/core/mat.hpp>

#include "libcore/image/placement.hpp"

namespace tn {

// The rows from the first to the last whose mean is at least `level` ([0,255]), and of these rows the columns
// likewise. All of them where none is that bright.
Area content_area(const cv::Mat1b& image, double level);

}  // namespace tn
