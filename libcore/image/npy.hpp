// NumPy's array files (NEP 1, version 1.0).
#pragma once

#include <opencv2/core/mat.hpp>
#include <string>

namespace tn {

// [H,W] float32, rows first, little end first.
std::string encode_npy(const cv::Mat1f& values);

}  // namespace tn
