#include "libcore/eval/location.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <tuple>
#include <utility>
#include <vector>

namespace tn {
namespace {

constexpr double kDetected = 0.5;  // IoU

struct Pieces {
  cv::Mat1i labels;  // 0: background
  cv::Mat1i stats;
  cv::Mat1d centres;
  int count = 0;  // background included
};

Pieces pieces_of(const cv::Mat1b& mask) {
  Pieces pieces;
  pieces.count =
      cv::connectedComponentsWithStats(mask, pieces.labels, pieces.stats, pieces.centres, 8, CV_32S);
  return pieces;
}

cv::Rect box_of(const Pieces& pieces, int label) {
  return {pieces.stats(label, cv::CC_STAT_LEFT), pieces.stats(label, cv::CC_STAT_TOP),
          pieces.stats(label, cv::CC_STAT_WIDTH), pieces.stats(label, cv::CC_STAT_HEIGHT)};
}

int largest(const Pieces& pieces) {
  const auto order = [&](int label) {
    const cv::Rect box = box_of(pieces, label);
    return std::tuple(-pieces.stats(label, cv::CC_STAT_AREA), box.y, box.x);
  };
  int best = 1;
  for (int label = 2; label < pieces.count; ++label)
    if (order(label) < order(best)) best = label;
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
  std::vector<bool> found(static_cast<std::size_t>(drawn.count), false);
  for (const auto& [pair, both] : shared) {
    const std::int64_t either = std::int64_t{drawn.stats(pair.first, cv::CC_STAT_AREA)} +
                                predicted.stats(pair.second, cv::CC_STAT_AREA) - both;
    if (static_cast<double>(both) >= kDetected * static_cast<double>(either))
      found[static_cast<std::size_t>(pair.first)] = true;
  }
  return std::count(found.begin(), found.end(), true);
}

}  // namespace

Location locate(const cv::Mat1b& predicted, const cv::Mat1b& drawn, const Spacing& spacing) {
  const cv::Rect box = cv::boundingRect(predicted) | cv::boundingRect(drawn);
  const Pieces p = pieces_of(predicted(box)), d = pieces_of(drawn(box));
  const int of_predicted = largest(p), of_drawn = largest(d);
  const cv::Rect a = box_of(p, of_predicted), b = box_of(d, of_drawn);
  const double both = (a & b).area();
  Location location;
  location.box_iou = both / (a.area() + b.area() - both);
  location.centre_distance = std::hypot((p.centres(of_predicted, 0) - d.centres(of_drawn, 0)) * spacing[0],
                                        (p.centres(of_predicted, 1) - d.centres(of_drawn, 1)) * spacing[1]);
  location.drawn = d.count - 1;
  location.detected = detected(p, d);
  return location;
}

std::int64_t count_pieces(const cv::Mat1b& mask) {
  cv::Mat1i labels;
  return cv::connectedComponents(mask, labels, 8, CV_32S) - 1;
}

}  // namespace tn
