// A large image seen through windows, and what was said of each put together again.
#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <vector>

#include "libcore/image/preprocess.hpp"

namespace tn {

struct WindowOptions {
  std::int64_t size = 0;  // px a side, of the image; 0: the image as a whole
  double overlap = 0.25;  // least share of a window's side that its neighbour sees too, 0 to below 1
};

void check(const WindowOptions& options);  // throws Error(usage)

// Windows that cover an area, row by row, equally far apart; of the area's own extent where that is smaller.
std::vector<cv::Rect> windows_over(cv::Size area, const WindowOptions& options);

// The image preprocessed as preprocess() does it but for the last step: each window of what a crop leaves is
// resized to a frame of its own, with a placement whose crop is that window. One window that covers
// everything gives what preprocess() gives.
std::vector<Frame> preprocess_windows(const cv::Mat1b& image, const PreprocessOptions& options,
                                      const WindowOptions& windows);

// A map of the whole image from those of the windows: the mean where they overlap, weighted by the distance
// to a border that is not the outermost; 0 outside them all. One window: its own values, unchanged.
class WindowBlend {
 public:
  WindowBlend(ImageSize source, const std::vector<Placement>& windows);
  void add(const cv::Mat1f& frame, const Placement& window);  // of the frame's size
  cv::Mat1f mean() const;

 private:
  cv::Mat1f sum_, weight_;
  cv::Rect all_;  // what the windows cover together
};

}  // namespace tn
