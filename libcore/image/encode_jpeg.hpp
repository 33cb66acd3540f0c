// Grey pictures as JPEG bytes, for pages that must stay small.
#pragma once

#include <opencv2/core/mat.hpp>
#include <string>

namespace tn {

// quality: 1 (smallest) to 100. The same pixels give the same bytes; nothing else is in the file.
std::string encode_jpeg(const cv::Mat1b& grey, int quality);

}  // namespace tn
