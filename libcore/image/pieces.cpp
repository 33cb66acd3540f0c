#include "libcore/image/pieces.hpp"

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <tuple>

namespace tn {
namespace {

// Of one piece, from its runs of pixels row by row (OpenCV's own statistics take most of the time of a
// comparison of two masks, a call a pixel).
struct Extent {
  int left = 0, top = 0, right = 0, bottom = 0;  // right and bottom: the first behind it
  std::int64_t area = 0, x_sum = 0, y_sum = 0;

  void take(int y, int first, int behind) {  // rows come from top to bottom
    const std::int64_t length = behind - first;
    left = area == 0 ? first : std::min(left, first);
    top = area == 0 ? y : top;
    right = std::max(right, behind);
    bottom = y + 1;
    area += length;
    x_sum += (first + static_cast<std::int64_t>(behind) - 1) * length / 2;
    y_sum += y * length;
  }
  cv::Point2d centre() const {
    if (area == 0) return {};
    const auto n = static_cast<double>(area);
    return {static_cast<double>(x_sum) / n, static_cast<double>(y_sum) / n};
  }
};

}  // namespace

Pieces pieces_of(const cv::Mat1b& mask) {
  Pieces pieces;
  const auto count = static_cast<std::size_t>(cv::connectedComponents(mask, pieces.labels, 8, CV_32S));
  std::vector<Extent> extents(count);
  for (int y = 0; y < pieces.labels.rows; ++y) {
    const int* row = pieces.labels[y];
    for (int x = 0; x < pieces.labels.cols;) {
      const int first = x, label = row[x];
      while (x < pieces.labels.cols && row[x] == label) ++x;
      if (label > 0) extents[static_cast<std::size_t>(label)].take(y, first, x);
    }
  }
  for (const Extent& extent : extents) {
    pieces.box.emplace_back(extent.left, extent.top, extent.right - extent.left, extent.bottom - extent.top);
    pieces.area.push_back(extent.area);
    pieces.centre.push_back(extent.centre());
  }
  return pieces;
}

bool comes_before(const Pieces& pieces, std::size_t a, std::size_t b) {
  const auto order = [&](std::size_t label) {
    return std::tuple(-pieces.area[label], pieces.box[label].y, pieces.box[label].x);
  };
  return order(a) < order(b);
}

}  // namespace tn
