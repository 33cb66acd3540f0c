#include "libcore/eval/location.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <utility>
#include <vector>

#include "libcore/image/pieces.hpp"

namespace tn {
namespace {

constexpr double kDetected = 0.5;  // IoU

std::size_t largest(const Pieces& pieces) {
  std::size_t best = 1;
  for (std::size_t label = 2; label < pieces.area.size(); ++label)
    if (comes_before(pieces, label, best)) best = label;
  return best;
}

std::int64_t detected(const Pieces& predicted, const Pieces& drawn) {
  std::map<std::pair<int, int>, std::int64_t> shared;  // px of a drawn and a predicted piece
  for (int y = 0; y < drawn.labels.rows; ++y) {
    const int *d = drawn.labels[y], *p = predicted.labels[y];
    for (int x = 0; x < drawn.labels.cols;) {
      if (d[x] == 0 || p[x] == 0) {
        ++x;
        continue;
      }
      const int first = x, of_drawn = d[x], of_predicted = p[x];
      while (x < drawn.labels.cols && d[x] == of_drawn && p[x] == of_predicted) ++x;
      shared[{of_drawn, of_predicted}] += x - first;
    }
  }
  std::vector<bool> found(drawn.area.size(), false);
  for (const auto& [pair, both] : shared) {
    const std::int64_t either = drawn.area[static_cast<std::size_t>(pair.first)] +
                                predicted.area[static_cast<std::size_t>(pair.second)] - both;
    if (static_cast<double>(both) >= kDetected * static_cast<double>(either))
      found[static_cast<std::size_t>(pair.first)] = true;
  }
  return std::count(found.begin(), found.end(), true);
}

}  // namespace

Location locate(const cv::Mat1b& predicted, const cv::Mat1b& drawn, const Spacing& spacing) {
  const cv::Rect box = cv::boundingRect(predicted) | cv::boundingRect(drawn);
  const Pieces p = pieces_of(predicted(box)), d = pieces_of(drawn(box));
  const std::size_t of_predicted = largest(p), of_drawn = largest(d);
  const cv::Rect a = p.box[of_predicted], b = d.box[of_drawn];
  const double both = (a & b).area();
  Location location;
  location.box_iou = both / (a.area() + b.area() - both);
  const cv::Point2d apart = p.centre[of_predicted] - d.centre[of_drawn];
  location.centre_distance = std::hypot(apart.x * spacing[0], apart.y * spacing[1]);
  location.drawn = d.count();
  location.detected = detected(p, d);
  return location;
}

std::int64_t count_pieces(const cv::Mat1b& mask) {
  cv::Mat1i labels;
  return cv::connectedComponents(mask, labels, 8, CV_32S) - 1;
}

}  // namespace tn
