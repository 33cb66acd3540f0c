// Grey levels made calmer or more alike from image to image. Results have the image's size and own memory.
#pragma once

#include <opencv2/core/mat.hpp>

namespace tn {

// The median of size x size pixels around each (size odd); the edge's pixels are repeated outside.
cv::Mat1b median_filtered(const cv::Mat1b& image, int size);

// Lee's filter against multiplicative noise (J. S. Lee, IEEE PAMI 2, 1980): towards the mean of size x size
// pixels (size odd) where these vary no more than noise does, the pixel itself where they vary much more. How
// much noise varies relative to its mean is the median over the windows whose mean is at least 1.
cv::Mat1b speckle_filtered(const cv::Mat1b& image, int size);

// Contrast-limited adaptive histogram equalisation in tiles x tiles parts; `limit` is the most that a level's
// share may be, relative to an even histogram.
cv::Mat1b equalized(const cv::Mat1b& image, double limit, int tiles);

// Levels stretched so that all but `percent` ([0,50)) of the pixels at either end lie in [0,255], linear
// between; the image itself where that leaves one level.
cv::Mat1b normalized(const cv::Mat1b& image, double percent);

}  // namespace tn
