#include "libcore/image/overlay.hpp"

#include <gtest/gtest.h>

#include "tests/unit/image/fixtures.hpp"

namespace tn {
namespace {

const cv::Mat1b kRing = grey(
    {{0, 0, 0, 0, 0}, {0, 255, 255, 255, 0}, {0, 255, 255, 255, 0}, {0, 255, 255, 255, 0}, {0, 0, 0, 0, 0}});

TEST(DrawContours, ColoursTheBorderPixelsAlone) {
  const cv::Mat1b image(5, 5, std::uint8_t{40});
  const Outline outline{kRing, {0, 255, 0}};
  const cv::Mat3b picture = draw_contours(image, {&outline, 1});
  for (int y = 0; y < 5; ++y)
    for (int x = 0; x < 5; ++x) {
      const bool border = kRing(y, x) > 0 && !(x == 2 && y == 2);
      EXPECT_EQ(picture(y, x), border ? cv::Vec3b(0, 255, 0) : cv::Vec3b(40, 40, 40)) << x << "," << y;
    }
}

TEST(DrawContours, LaterOutlinesLieOnTop) {
  const std::vector<Outline> outlines{{kRing, {1, 2, 3}}, {kRing, {4, 5, 6}}};
  EXPECT_EQ(draw_contours(cv::Mat1b(5, 5, std::uint8_t{0}), outlines)(1, 1), cv::Vec3b(4, 5, 6));
}

TEST(DrawContours, EmptyMaskDrawsNothing) {
  const Outline outline{cv::Mat1b(2, 2, std::uint8_t{0}), {9, 9, 9}};
  const cv::Mat3b picture = draw_contours(cv::Mat1b(2, 2, std::uint8_t{7}), {&outline, 1});
  EXPECT_EQ(picture(0, 0), cv::Vec3b(7, 7, 7));
}

TEST(DrawContours, LeavesTheMaskAsItWas) {
  const cv::Mat1b mask = kRing.clone();
  const Outline outline{mask, {0, 255, 0}};
  draw_contours(cv::Mat1b(5, 5, std::uint8_t{0}), {&outline, 1}, 3);
  EXPECT_SAME_IMAGE(mask, kRing);
}

TEST(DrawContours, MaskOfAnotherSizeIsABug) {
  const Outline outline{kRing, {0, 255, 0}};
  EXPECT_EQ(error_of([&] {
              draw_contours(cv::Mat1b(2, 2, std::uint8_t{0}), {&outline, 1});
            }),
            "70: an outline of 5 x 5 px does not belong on an image of 2 x 2");
}

// parts of 3 (touching by a corner), 2 and 1 pixels
const cv::Mat1b kParts = grey({{255, 0, 0, 0, 1}, {0, 255, 0, 0, 1}, {0, 255, 0, 0, 0}, {0, 0, 0, 9, 0}});

TEST(LargestComponent, IsOfMostPixelsWithCornersJoined) {
  EXPECT_SAME_IMAGE(largest_component(kParts),
                    grey({{255, 0, 0, 0, 0}, {0, 255, 0, 0, 0}, {0, 255, 0, 0, 0}, {0, 0, 0, 0, 0}}));
}

TEST(LargestComponent, OfEqualOnesIsTheFirstRowByRow) {
  EXPECT_SAME_IMAGE(largest_component(grey({{0, 0, 7}, {7, 0, 0}})), grey({{0, 0, 255}, {0, 0, 0}}));
}

TEST(LargestComponent, OfAnEmptyMaskIsEmpty) {
  EXPECT_SAME_IMAGE(largest_component(grey({{0, 0}})), grey({{0, 0}}));
}

TEST(RemoveSmall, KeepsPartsOfAtLeastTheArea) {
  EXPECT_SAME_IMAGE(remove_small(kParts, 2),
                    grey({{255, 0, 0, 0, 255}, {0, 255, 0, 0, 255}, {0, 255, 0, 0, 0}, {0, 0, 0, 0, 0}}));
  EXPECT_EQ(cv::countNonZero(remove_small(kParts, 1)), 6);
  EXPECT_EQ(cv::countNonZero(remove_small(kParts, 4)), 0);
}

}  // namespace
}  // namespace tn
