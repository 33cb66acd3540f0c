#include "libcore/eval/borders.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <opencv2/core.hpp>

namespace tn {
namespace {

using testing::DoubleNear;
using testing::Pointwise;

// {0,255}, with at least one pixel; `share` of all.
cv::Mat1b random_mask(cv::RNG& random, cv::Size size, double share) {
  cv::Mat1b mask(size, std::uint8_t{0});
  for (std::uint8_t& pixel : mask) pixel = random.uniform(0.0, 1.0) < share ? 255 : 0;
  mask(random.uniform(0, size.height), random.uniform(0, size.width)) = 255;
  return mask;
}

bool inside(const cv::Mat1b& mask, int x, int y) {
  return x >= 0 && y >= 0 && x < mask.cols && y < mask.rows && mask(y, x) > 0;
}

// Pixels of the mask with one of four neighbours outside it, row by row.
std::vector<cv::Point> border_of(const cv::Mat1b& mask) {
  std::vector<cv::Point> border;
  for (int y = 0; y < mask.rows; ++y)
    for (int x = 0; x < mask.cols; ++x)
      if (inside(mask, x, y) && !(inside(mask, x - 1, y) && inside(mask, x + 1, y) &&
                                  inside(mask, x, y - 1) && inside(mask, x, y + 1)))
        border.emplace_back(x, y);
  return border;
}

std::vector<double> nearest(const std::vector<cv::Point>& from, const std::vector<cv::Point>& to,
                            const Spacing& spacing) {
  std::vector<double> distances;
  for (const cv::Point& a : from) {
    double least = std::numeric_limits<double>::max();
    for (const cv::Point& b : to)
      least = std::min(least, std::hypot((a.x - b.x) * spacing[0], (a.y - b.y) * spacing[1]));
    distances.push_back(least);
  }
  return distances;
}

TEST(BorderDistances, OfAnyWidthAreThoseOfANaiveLoop) {
  const Spacing spacing{0.7, 1.3};
  cv::RNG random(7);
  for (int width = 1; width <= 70; ++width)
    for (const double share : {0.2, 0.9}) {
      const cv::Size size(width, 6);
      const cv::Mat1b predicted = random_mask(random, size, share), drawn = random_mask(random, size, share);
      const BorderDistances found = border_distances(predicted, drawn, spacing);
      const auto of_predicted = border_of(predicted), of_drawn = border_of(drawn);
      EXPECT_THAT(found.predicted.distances,
                  Pointwise(DoubleNear(1e-9), nearest(of_predicted, of_drawn, spacing)))
          << width;
      EXPECT_THAT(found.drawn.distances,
                  Pointwise(DoubleNear(1e-9), nearest(of_drawn, of_predicted, spacing)))
          << width;
    }
}

}  // namespace
}  // namespace tn
