// What a scanner draws over an image: calipers, tick marks, text.
#pragma once

#include <opencv2/core/mat.hpp>

namespace tn {

constexpr int kMarksVersion = 3;  // goes up when the same image gives other pixels

// 255 where something is drawn over the image: calipers and the letters beside them, white letters, and
// whatever is small and bright on the black margin around the scan; pixels beside a stroke, which JPEG blurs,
// included. Small bright spots in tissue, calcifications maybe, stay. From the image alone.
cv::Mat1b find_marks(const cv::Mat1b& image);

// The image with its marks filled in from what lies around them (A. Telea, Journal of Graphics Tools 9,
// 2004). Owns its memory where it has marks; else it is the image.
cv::Mat1b without_marks(const cv::Mat1b& image);

}  // namespace tn
