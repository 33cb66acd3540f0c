#include "libcore/image/pieces.hpp"

#include <opencv2/imgproc.hpp>
#include <tuple>

namespace tn {

Pieces pieces_of(const cv::Mat1b& mask) {
  Pieces pieces;
  cv::Mat1i stats;
  cv::Mat1d centres;
  const int labels = cv::connectedComponentsWithStats(mask, pieces.labels, stats, centres, 8, CV_32S);
  for (int label = 0; label < labels; ++label) {
    pieces.box.emplace_back(stats(label, cv::CC_STAT_LEFT), stats(label, cv::CC_STAT_TOP),
                            stats(label, cv::CC_STAT_WIDTH), stats(label, cv::CC_STAT_HEIGHT));
    pieces.area.push_back(stats(label, cv::CC_STAT_AREA));
    pieces.centre.emplace_back(centres(label, 0), centres(label, 1));
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
