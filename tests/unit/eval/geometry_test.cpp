#include "libcore/eval/geometry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libcore/eval/location.hpp"

namespace tn {
namespace {

using testing::Each;
using testing::ElementsAre;

constexpr Spacing kPixels{1, 1};

cv::Mat1b with_boxes(const std::vector<cv::Rect>& boxes) {
  cv::Mat1b mask(6, 8, std::uint8_t{0});
  for (const cv::Rect& box : boxes) mask(box).setTo(255);
  return mask;
}

Geometry geometry_of(const cv::Mat1b& predicted, const cv::Mat1b& drawn, EmptyRule rule) {
  return geometry(predicted, drawn, overlap(predicted, drawn), kPixels, {}, rule);
}

const cv::Mat1b kNone = with_boxes({});
const cv::Mat1b kBox = with_boxes({{1, 1, 2, 2}});

TEST(Location, BoxAndCentreAreOfTheLargestPiece) {
  // 2x2 at (1,1) against 4x2 at (1,1); the single pixel far away counts for neither.
  const Location found = locate(kBox, with_boxes({{1, 1, 4, 2}, {7, 5, 1, 1}}), kPixels);
  EXPECT_DOUBLE_EQ(found.box_iou, 0.5);
  EXPECT_DOUBLE_EQ(found.centre_distance, 1);  // centres at x = 1.5 and 2.5
}

TEST(Location, CentreDistanceIsInMillimetresWithASpacing) {
  EXPECT_DOUBLE_EQ(locate(kBox, with_boxes({{4, 5, 2, 1}}), {2, 4}).centre_distance,
                   std::hypot(3 * 2, 3.5 * 4));  // (1.5, 1.5) and (4.5, 5)
}

TEST(Location, RegionIsDetectedFromHalfAnIouOn) {
  const Location half = locate(kBox, with_boxes({{1, 1, 4, 2}, {7, 5, 1, 1}}), kPixels);  // 4 of 8 px
  EXPECT_EQ(half.drawn, 2);
  EXPECT_EQ(half.detected, 1);
  EXPECT_EQ(locate(kBox, with_boxes({{1, 1, 3, 3}}), kPixels).detected, 0);  // 4 of 9 px
}

TEST(Location, PiecesTouchAtCorners) {
  EXPECT_EQ(count_pieces(with_boxes({{1, 1, 1, 1}, {2, 2, 1, 1}})), 1);
  EXPECT_EQ(count_pieces(with_boxes({{1, 1, 1, 1}, {3, 1, 1, 1}})), 2);
}

TEST(Geometry, ScoreGivesTwoEmptyMasksFullMarks) {  // 4 distances, NSD, box IoU, centre distance
  EXPECT_THAT(geometry_of(kNone, kNone, EmptyRule::score).values, ElementsAre(0, 0, 0, 0, 1, 1, 0));
}

TEST(Geometry, ScoreGivesOneEmptyMaskTheDiagonal) {  // of 8x6 px
  EXPECT_THAT(geometry_of(kNone, kBox, EmptyRule::score).values, ElementsAre(10, 10, 10, 10, 0, 0, 10));
  EXPECT_THAT(geometry_of(kBox, kNone, EmptyRule::score).values, ElementsAre(10, 10, 10, 10, 0, 0, 10));
}

TEST(Geometry, NanGivesEmptyMasksNoValue) {
  EXPECT_THAT(geometry_of(kNone, kNone, EmptyRule::nan).values, Each(std::optional<double>()));
  EXPECT_THAT(geometry_of(kNone, kBox, EmptyRule::nan).values, Each(std::optional<double>()));
}

TEST(Geometry, DropLeavesOutWhereNothingIsDrawnAndScoresTheMissed) {
  EXPECT_THAT(geometry_of(kBox, kNone, EmptyRule::drop).values, Each(std::optional<double>()));
  EXPECT_EQ(geometry_of(kNone, kBox, EmptyRule::drop).values.front(), 10);
}

TEST(Geometry, MissedRegionsAreCounted) {
  const Geometry found = geometry_of(kNone, with_boxes({{1, 1, 1, 1}, {3, 1, 1, 1}}), EmptyRule::score);
  EXPECT_EQ(found.regions_drawn, 2);
  EXPECT_EQ(found.regions_detected, 0);
}

TEST(Geometry, TableFollowsTheTolerances) {
  const auto metrics = geometry_metrics({.tolerances = {0.5, 3}});
  ASSERT_EQ(metrics.size(), 8U);
  EXPECT_EQ(metrics.at(4).name, "nsd@0.5");
  EXPECT_EQ(metrics.at(5).name, "nsd@3");
}

}  // namespace
}  // namespace tn
