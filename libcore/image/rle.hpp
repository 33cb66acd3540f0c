// Masks as run lengths, in the form of COCO (Lin et al., ECCV 2014; the data set's own tools read it).
#pragma once

#include <opencv2/core/mat.hpp>
#include <string>
#include <string_view>

namespace tn {

// The compressed "counts": lengths of the runs of 0 and of 1 in turn, columns first, each as the difference
// from the one two before it (from the fourth on), in groups of five bits behind a printable character.
std::string coco_rle(const cv::Mat1b& mask);

// {0,255}. Throws Error(bad_data) for counts that do not fill rows x columns.
cv::Mat1b from_coco_rle(std::string_view counts, int rows, int columns);

}  // namespace tn
