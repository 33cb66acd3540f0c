#include "libcore/eval/geometry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

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

// A few round pieces of {0,255}.
cv::Mat1b random_blobs(cv::RNG& random, cv::Size size) {
  cv::Mat1b noise(size), smooth, mask;
  random.fill(noise, cv::RNG::UNIFORM, 0, 256);
  cv::GaussianBlur(noise, smooth, {}, 3);
  cv::threshold(smooth, mask, 130, 255, cv::THRESH_BINARY);
  return mask;
}

cv::Mat1b placed(const cv::Mat1b& part, cv::Size size, cv::Point at) {
  cv::Mat1b whole(size, std::uint8_t{0});
  part.copyTo(whole(cv::Rect(at, part.size())));
  return whole;
}

// What geometry() gives, from its parts and of the whole of both masks.
std::vector<std::optional<double>> values_of_parts(const cv::Mat1b& p, const cv::Mat1b& d,
                                                   const Spacing& spacing, const SurfaceOptions& options) {
  const SurfaceDistances distances = surface_distances(p, d, spacing, options);
  const Location location = locate(p, d, spacing);
  std::vector<std::optional<double>> values{distances.hd95, distances.hausdorff, distances.assd,
                                            distances.masd};
  values.insert(values.end(), distances.nsd.begin(), distances.nsd.end());
  values.emplace_back(location.box_iou);
  values.emplace_back(location.centre_distance);
  return values;
}

TEST(Geometry, IsTheSameWhereverTheMasksLieInTheImage) {
  const Spacing spacing{0.21, 0.13};
  const SurfaceOptions border{.tolerances = {0.2, 0.5}};
  const SurfaceOptions contour{.hd95 = Hd95Form::surface_distance, .nsd = NsdForm::surface_distance};
  cv::RNG random(11);
  for (int round = 0; round < 8; ++round) {
    const cv::Mat1b p = random_blobs(random, {37, 29}), d = random_blobs(random, {37, 29});
    ASSERT_GT(cv::countNonZero(p), 0);
    ASSERT_GT(cv::countNonZero(d), 0);
    const Location location = locate(p, d, spacing);
    for (const cv::Size size : {cv::Size(101, 67), cv::Size(39, 31), cv::Size(37, 29)})
      for (const int x : {0, (size.width - 37) / 2, size.width - 37})
        for (const int y : {0, (size.height - 29) / 2, size.height - 29})
          for (const SurfaceOptions& options : {border, contour}) {
            const cv::Mat1b predicted = placed(p, size, {x, y}), drawn = placed(d, size, {x, y});
            const Geometry found =
                geometry(predicted, drawn, overlap(predicted, drawn), spacing, options, EmptyRule::score);
            const auto expected = values_of_parts(p, d, spacing, options);
            ASSERT_EQ(found.values.size(), expected.size());
            for (std::size_t i = 0; i < expected.size(); ++i)
              EXPECT_NEAR(*found.values[i], *expected[i], 1e-9) << i << " at " << x << "," << y;
            EXPECT_EQ(found.regions_drawn, location.drawn);
            EXPECT_EQ(found.regions_detected, location.detected);
          }
  }
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
