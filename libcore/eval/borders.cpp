#include "libcore/eval/borders.hpp"

#include <array>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "libcore/eval/nearest.hpp"

namespace tn {
namespace {

// The part of a mask inside the box, with one pixel of background around it.
cv::Mat1b framed(const cv::Mat1b& mask, const cv::Rect& box) {
  cv::Mat1b result(box.height + 2, box.width + 2, std::uint8_t{0});
  mask(box).copyTo(result(cv::Rect(1, 1, box.width, box.height)));
  return result;
}

// Without a branch, so that many pixels are seen at a time. `here` has a neighbour at both ends.
void mark_border(const std::uint8_t* above, const std::uint8_t* here, const std::uint8_t* below, int width,
                 std::uint8_t* out) {
  for (int x = 0; x < width; ++x) {
    const bool at_edge = (above[x] == 0) | (below[x] == 0) | (here[x - 1] == 0) | (here[x + 1] == 0);
    out[x] = static_cast<std::uint8_t>((here[x] != 0) & at_edge);
  }
}

cv::Mat1b border_pixels(const cv::Mat1b& mask) {  // framed
  cv::Mat1b border(mask.size(), std::uint8_t{0});
  for (int y = 1; y + 1 < mask.rows; ++y)
    mark_border(mask[y - 1] + 1, mask[y] + 1, mask[y + 1] + 1, mask.cols - 2, border[y] + 1);
  return border;
}

// At every corner which of the four pixels around it are inside: upper left 8, upper right 4, lower left 2,
// lower right 1. All of them and none are 0: no border.
cv::Mat1b corner_codes(const cv::Mat1b& mask) {  // framed
  cv::Mat1b codes(mask.rows - 1, mask.cols - 1);
  for (int y = 0; y < codes.rows; ++y) {
    const std::uint8_t *here = mask[y], *below = mask[y + 1];
    for (int x = 0; x < codes.cols; ++x) {
      const int code = (here[x] > 0) << 3 | (here[x + 1] > 0) << 2 | (below[x] > 0) << 1 | (below[x + 1] > 0);
      codes(y, x) = static_cast<std::uint8_t>(code == 15 ? 0 : code);
    }
  }
  return codes;
}

// A pixel on its own side of a line cuts a corner: half the pixel's diagonal. Two beside each other are a
// straight line, two across from each other two corners.
std::array<double, 16> contour_lengths(const Spacing& spacing) {
  const double corner = std::hypot(spacing[0], spacing[1]) / 2;
  std::array<double, 16> lengths{};
  for (const std::size_t code : {1U, 2U, 4U, 8U, 7U, 11U, 13U, 14U}) lengths.at(code) = corner;
  for (const std::size_t code : {6U, 9U}) lengths.at(code) = 2 * corner;
  for (const std::size_t code : {3U, 12U}) lengths.at(code) = spacing[0];
  for (const std::size_t code : {5U, 10U}) lengths.at(code) = spacing[1];
  return lengths;
}

std::vector<double> distances_to(const cv::Mat1b& marks, const std::vector<cv::Point>& from,
                                 const Spacing& spacing) {
  const Nearest nearest(marks, spacing);
  std::vector<double> distances;
  distances.reserve(from.size());
  for (const cv::Point& point : from) distances.push_back(nearest.distance(point));
  return distances;
}

std::vector<cv::Point> points_of(const cv::Mat1b& marks) {
  std::vector<cv::Point> points;
  cv::findNonZero(marks, points);
  return points;
}

BorderDistances both_ways(const cv::Mat1b& predicted, const cv::Mat1b& drawn, const Spacing& spacing) {
  BorderDistances result;
  result.predicted.distances = distances_to(drawn, points_of(predicted), spacing);
  result.drawn.distances = distances_to(predicted, points_of(drawn), spacing);
  return result;
}

std::vector<double> lengths_at(const cv::Mat1b& codes, const Spacing& spacing) {
  const std::array<double, 16> table = contour_lengths(spacing);
  std::vector<double> lengths;
  for (const cv::Point& point : points_of(codes)) lengths.push_back(table.at(codes(point)));
  return lengths;
}

}  // namespace

BorderDistances border_distances(const cv::Mat1b& predicted, const cv::Mat1b& drawn, const Spacing& spacing) {
  const cv::Rect box = cv::boundingRect(predicted) | cv::boundingRect(drawn);
  return both_ways(border_pixels(framed(predicted, box)), border_pixels(framed(drawn, box)), spacing);
}

BorderDistances contour_distances(const cv::Mat1b& predicted, const cv::Mat1b& drawn,
                                  const Spacing& spacing) {
  const cv::Rect box = cv::boundingRect(predicted) | cv::boundingRect(drawn);
  const cv::Mat1b of_predicted = corner_codes(framed(predicted, box));
  const cv::Mat1b of_drawn = corner_codes(framed(drawn, box));
  BorderDistances result = both_ways(of_predicted, of_drawn, spacing);
  result.predicted.lengths = lengths_at(of_predicted, spacing);
  result.drawn.lengths = lengths_at(of_drawn, spacing);
  return result;
}

}  // namespace tn
