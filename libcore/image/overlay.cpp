#include "libcore/image/overlay.hpp"

#include <algorithm>
#include <functional>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "libcore/base/error.hpp"

namespace tn {
namespace {

// The connected parts of a mask: a label a pixel, 0 outside, and the area of each label. Labels grow in the
// order in which a walk row by row meets the parts (OpenCV's own order depends on its blocks).
struct Parts {
  cv::Mat1i labels;
  std::vector<std::int64_t> areas;
};

Parts parts_of(const cv::Mat1b& mask) {
  Parts parts;
  const int count = cv::connectedComponents(mask, parts.labels, 8, CV_32S);
  parts.areas.push_back(0);  // outside
  std::vector<int> renamed(static_cast<std::size_t>(count), 0);
  for (int& label : parts.labels) {
    if (label == 0) continue;
    int& name = renamed[static_cast<std::size_t>(label)];
    if (name == 0) {
      name = static_cast<int>(parts.areas.size());
      parts.areas.push_back(0);
    }
    label = name;
    ++parts.areas[static_cast<std::size_t>(label)];
  }
  return parts;
}

cv::Mat1b keep(const Parts& parts, const std::function<bool(std::size_t label)>& wanted) {
  std::vector<std::uint8_t> value(parts.areas.size(), 0);
  for (std::size_t label = 1; label < value.size(); ++label) value[label] = wanted(label) ? 255 : 0;
  cv::Mat1b kept(parts.labels.size());
  auto out = kept.begin();
  for (const int label : parts.labels) *out++ = value[static_cast<std::size_t>(label)];
  return kept;
}

}  // namespace

cv::Mat3b draw_contours(const cv::Mat1b& grey, std::span<const Outline> outlines, int thickness) {
  cv::Mat3b picture;
  cv::cvtColor(grey, picture, cv::COLOR_GRAY2BGR);
  return draw_contours(picture, outlines, thickness);
}

cv::Mat3b draw_contours(const cv::Mat3b& bgr, std::span<const Outline> outlines, int thickness) {
  cv::Mat3b picture = bgr.clone();
  for (const Outline& outline : outlines) {
    if (outline.mask.size() != bgr.size())
      throw Error(Exit::internal, "an outline of {} x {} px does not belong on an image of {} x {}",
                  outline.mask.cols, outline.mask.rows, bgr.cols, bgr.rows);
    std::vector<std::vector<cv::Point>> contours;
    cv::findContours(outline.mask, contours, cv::RETR_CCOMP, cv::CHAIN_APPROX_NONE);
    cv::drawContours(picture, contours, -1, cv::Scalar(outline.colour), thickness, cv::LINE_8);
  }
  return picture;
}

cv::Mat1b largest_component(const cv::Mat1b& mask) {
  const Parts parts = parts_of(mask);
  const auto most = std::max_element(parts.areas.begin(), parts.areas.end()) - parts.areas.begin();
  return keep(parts, [&](std::size_t label) { return label == static_cast<std::size_t>(most); });
}

cv::Mat1b remove_small(const cv::Mat1b& mask, std::int64_t min_area) {
  const Parts parts = parts_of(mask);
  return keep(parts, [&](std::size_t label) { return parts.areas[label] >= min_area; });
}

}  // namespace tn
