#include "libcore/image/regions.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "tests/unit/image/fixtures.hpp"

namespace tn {
namespace {

cv::Mat1b mask_of(std::initializer_list<std::initializer_list<int>> rows) {
  cv::Mat1b mask = grey(rows);
  mask *= 255;
  return mask;
}

cv::Mat1b redrawn(const std::vector<Region>& regions, cv::Size size) {
  cv::Mat1b mask(size, std::uint8_t{0});
  for (const Region& region : regions) {
    cv::fillPoly(mask, std::vector<std::vector<cv::Point>>{region.outline}, cv::Scalar(255));
    for (const auto& hole : region.holes) {
      cv::Mat1b inner(size, std::uint8_t{0});
      cv::fillPoly(inner, std::vector<std::vector<cv::Point>>{hole}, cv::Scalar(255));
      cv::polylines(inner, std::vector<std::vector<cv::Point>>{hole}, true, cv::Scalar(0));
      mask.setTo(0, inner);
    }
  }
  return mask;
}

TEST(Regions, LargestComesFirst) {
  const auto regions = regions_of(mask_of({{1, 0, 0, 0, 0}, {0, 0, 1, 1, 0}, {0, 0, 1, 1, 1}}));
  ASSERT_EQ(regions.size(), 2U);
  EXPECT_EQ(regions[0].area, 5);
  EXPECT_EQ(regions[0].box, cv::Rect(2, 1, 3, 2));
  EXPECT_EQ(regions[1].area, 1);
}

TEST(Regions, DiagonalNeighboursAreOnePiece) {
  EXPECT_EQ(regions_of(mask_of({{1, 0}, {0, 1}})).size(), 1U);
}

TEST(Regions, EmptyMaskHasNone) {
  EXPECT_TRUE(regions_of(cv::Mat1b(4, 4, std::uint8_t{0})).empty());
}

TEST(Regions, OutlineOfASinglePixelHasThreePoints) {
  const auto regions = regions_of(mask_of({{0, 0, 0}, {0, 1, 0}}));
  EXPECT_EQ(regions[0].outline, (std::vector<cv::Point>{{1, 1}, {1, 1}, {1, 1}}));
}

TEST(Regions, DrawnAgainTheyAreTheMask) {
  cv::RNG random(5);
  for (int round = 0; round < 200; ++round) {
    cv::Mat1b noise(40, 60);
    random.fill(noise, cv::RNG::UNIFORM, 0, 256);
    cv::GaussianBlur(noise, noise, cv::Size(), 0.5 + round % 4);
    cv::Mat1b mask;
    cv::threshold(noise, mask, cv::mean(noise)[0], 255, cv::THRESH_BINARY);
    ASSERT_EQ(cv::countNonZero(redrawn(regions_of(mask), mask.size()) != mask), 0) << round;
  }
}

// 3 x 4 px: its diagonal is 5; at right angles to it lie the other two corners, each 12/5 away.
TEST(Axes, OfARectangle) {
  cv::Mat1b mask(10, 10, std::uint8_t{0});
  mask(cv::Rect(2, 3, 4, 3)) = 255;
  const Axes axes = axes_of(regions_of(mask)[0]);
  EXPECT_DOUBLE_EQ(axes.longest, 5);
  EXPECT_NEAR(axes.across, 24.0 / 5, 1e-12);
  EXPECT_EQ(axes.width, 4);
  EXPECT_EQ(axes.height, 3);
}

// 0.5 mm to the right and 2 mm down: 2 x 6 mm.
TEST(Axes, InMillimetresOfPixelsThatAreNotSquare) {
  cv::Mat1b mask(10, 10, std::uint8_t{0});
  mask(cv::Rect(2, 3, 4, 3)) = 255;
  const Axes axes = axes_of(regions_of(mask)[0], {0.5, 2});
  EXPECT_NEAR(axes.longest, std::sqrt(4 + 36), 1e-12);
  EXPECT_EQ(axes.width, 2);
  EXPECT_EQ(axes.height, 6);
}

TEST(Axes, OfADisc) {
  cv::Mat1b mask(101, 101, std::uint8_t{0});
  cv::circle(mask, {50, 50}, 40, cv::Scalar(255), cv::FILLED);
  const Axes axes = axes_of(regions_of(mask)[0]);
  EXPECT_NEAR(axes.longest, 81, 1);
  EXPECT_NEAR(axes.across, 81, 1);
}

const cv::Mat1b kPieces = mask_of({{1, 1, 1, 0, 1}, {1, 0, 1, 0, 1}, {1, 1, 1, 0, 0}, {0, 0, 0, 0, 1}});

TEST(Cleaned, KeepsTheLargest) {
  EXPECT_SAME_IMAGE(cleaned(kPieces, {.largest = true}),
                    mask_of({{1, 1, 1, 0, 0}, {1, 0, 1, 0, 0}, {1, 1, 1, 0, 0}, {0, 0, 0, 0, 0}}));
}
TEST(Cleaned, DropsSmallPieces) {
  EXPECT_SAME_IMAGE(cleaned(kPieces, {.min_area = 2}),
                    mask_of({{1, 1, 1, 0, 1}, {1, 0, 1, 0, 1}, {1, 1, 1, 0, 0}, {0, 0, 0, 0, 0}}));
}
TEST(Cleaned, FillsHoles) {
  EXPECT_SAME_IMAGE(cleaned(kPieces, {.fill_holes = true}),
                    mask_of({{1, 1, 1, 0, 1}, {1, 1, 1, 0, 1}, {1, 1, 1, 0, 0}, {0, 0, 0, 0, 1}}));
}
// A ring of 8 px around a hole is 9 px once it is filled.
TEST(Cleaned, HolesCountAsAreaOnceFilled) {
  EXPECT_EQ(cv::countNonZero(cleaned(kPieces, {.min_area = 9, .fill_holes = true})), 9);
  EXPECT_EQ(cv::countNonZero(cleaned(kPieces, {.min_area = 9})), 0);
}
TEST(Cleaned, WithoutStepsNothingChanges) {
  EXPECT_SAME_IMAGE(cleaned(kPieces, {}), kPieces);
}

}  // namespace
}  // namespace tn
