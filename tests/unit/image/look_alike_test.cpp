#include "libcore/image/look_alike.hpp"

#include <gmock/gmock.h>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "libcore/base/random.hpp"
#include "libcore/image/alignment.hpp"

namespace {

using tn::Flip;
using tn::Likeness;

// Specks of two sizes.
cv::Mat1b grain(std::uint64_t seed, int width = 200, int height = 140) {
  tn::Random random(seed, "grain");
  cv::Mat1f picture(height, width);
  for (float& level : picture) level = static_cast<float>(random.uniform());
  cv::Mat1f coarse;
  cv::GaussianBlur(picture, picture, {}, 1.5);
  cv::GaussianBlur(picture, coarse, {}, 6);
  cv::normalize(picture, picture, 0, 128, cv::NORM_MINMAX);
  cv::normalize(coarse, coarse, 0, 127, cv::NORM_MINMAX);
  cv::add(picture, coarse, picture);
  cv::Mat1b levels;
  picture.convertTo(levels, CV_8U);
  return levels;
}

std::vector<tn::LookAlike> pairs_of(const std::vector<cv::Mat1b>& pictures, int jobs = 1) {
  std::vector<tn::Fingerprint> prints;
  for (const cv::Mat1b& picture : pictures) prints.push_back(tn::fingerprint(picture));
  return tn::find_look_alikes(prints, jobs, [] {}).pairs;
}

// The likeness of a picture and what became of it.
tn::LookAlike likeness(const cv::Mat1b& a, const cv::Mat1b& b) {
  const auto pairs = pairs_of({a, b});
  EXPECT_EQ(pairs.size(), 1U);
  return pairs.empty() ? tn::LookAlike{} : pairs.front();
}

TEST(LookAlike, SamePixelsAreExact) {
  EXPECT_EQ(likeness(grain(1), grain(1).clone()).likeness, Likeness::exact);
}
TEST(LookAlike, OneLevelOffInOnePixelIsNear) {
  cv::Mat1b other = grain(1);
  other(3, 4) += 1;
  EXPECT_EQ(likeness(grain(1), other).likeness, Likeness::near);
}
TEST(LookAlike, ResizedAlsoInShape) {
  cv::Mat1b other;
  cv::resize(grain(1), other, {128, 128}, 0, 0, cv::INTER_AREA);
  EXPECT_FALSE(likeness(grain(1), other).doubtful);
}
TEST(LookAlike, CroppedBySomePixels) {
  const cv::Mat1b one = grain(1);
  EXPECT_FALSE(likeness(one, one(cv::Rect(4, 1, 193, 136)).clone()).doubtful);
}
TEST(LookAlike, BrighterAndOfLessContrast) {
  cv::Mat1b other;
  grain(1).convertTo(other, CV_8U, 0.5, 60);
  EXPECT_GT(likeness(grain(1), other).score, 0.97);
}
TEST(LookAlike, MirroredInEachWay) {
  for (const Flip flip : {Flip::left_right, Flip::top_bottom, Flip::both}) {
    const auto pair = likeness(grain(1), tn::flipped(grain(1), flip));
    EXPECT_EQ(pair.likeness, Likeness::mirrored);
    EXPECT_EQ(pair.flip, flip);
    EXPECT_GT(pair.score, 0.99);
  }
}
TEST(LookAlike, OtherPicturesAreNone) {
  std::vector<cv::Mat1b> pictures;
  for (std::uint64_t seed = 0; seed < 60; ++seed) pictures.push_back(grain(seed));
  EXPECT_TRUE(pairs_of(pictures).empty());
}
TEST(LookAlike, PicturesWithoutContrastAreAlikeOnlyIfExact) {
  const cv::Mat1b dark(50, 50, std::uint8_t{3});
  EXPECT_TRUE(
      pairs_of({dark, cv::Mat1b(50, 50, std::uint8_t{4}), cv::Mat1b(50, 51, std::uint8_t{3})}).empty());
  EXPECT_EQ(pairs_of({dark, dark.clone()}).size(), 1U);
}
TEST(LookAlike, ManyOfOneKindAreListedWithTheFirst) {
  EXPECT_EQ(pairs_of(std::vector<cv::Mat1b>(32, grain(1))).size(), 32U * 31 / 2);
  EXPECT_EQ(pairs_of(std::vector<cv::Mat1b>(33, grain(1))).size(), 32U);
}
TEST(LookAlike, AnyNumberOfJobsFindsTheSameInOrder) {
  std::vector<cv::Mat1b> pictures;
  for (std::uint64_t i = 0; i < 40; ++i) pictures.push_back(grain(i % 9));
  const auto one = pairs_of(pictures, 1);
  const auto two = pairs_of(pictures, 2);
  ASSERT_EQ(one.size(), two.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(one[i].first, two[i].first);
    EXPECT_EQ(one[i].second, two[i].second);
  }
}

TEST(Fingerprint, SignsOfTheMirroredPictureAreKnownWithoutIt) {
  const tn::Fingerprint one = tn::fingerprint(grain(5));
  for (const Flip flip : tn::kFlips) {
    const tn::Fingerprint other = tn::fingerprint(tn::flipped(grain(5), flip));
    EXPECT_LE(tn::distance(tn::flipped(one.signs, flip), other.signs), 2);
  }
}
TEST(Fingerprint, OthersDifferInHalfOfTheSigns) {
  int sum = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed)
    sum += tn::distance(tn::fingerprint(grain(seed)).signs, tn::fingerprint(grain(seed + 100)).signs);
  EXPECT_NEAR(sum / 40.0, 64, 6);
}

// A scene of waves, seen through a known warp.
cv::Mat1f waves(const tn::Warp& warp, int side = 48) {
  cv::Mat1f picture(side, side);
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x) {
      const double u = ((x - (side - 1) / 2.0) / side - warp.shift_x) / (1 + warp.stretch_x);
      const double v = ((y - (side - 1) / 2.0) / side - warp.shift_y) / (1 + warp.stretch_y);
      picture(y, x) = static_cast<float>(std::sin(31 * u + 9 * v) + std::cos(27 * v - 14 * u));
    }
  return picture;
}
TEST(Align, FindsShiftAndStretchWhateverGainAndOffset) {
  const tn::Warp warp{0.02, 0.03, -0.015, -0.02};
  cv::Mat1f other;
  waves(warp).convertTo(other, CV_32F, 3, 7);
  const tn::Alignment found = tn::align(waves({}), other, {});
  EXPECT_GT(found.correlation, 0.995);
  EXPECT_NEAR(found.warp.shift_x, warp.shift_x, 0.002);
  EXPECT_NEAR(found.warp.stretch_x, warp.stretch_x, 0.004);
  EXPECT_NEAR(found.warp.shift_y, warp.shift_y, 0.002);
  EXPECT_NEAR(found.warp.stretch_y, warp.stretch_y, 0.004);
}
TEST(Align, PicturesThatLieOnEachOtherStayWhereTheyAre) {
  const tn::Alignment found = tn::align(waves({}), waves({}), {});
  EXPECT_NEAR(found.correlation, 1, 1e-6);
  EXPECT_NEAR(found.warp.shift_x, 0, 1e-3);
}
TEST(Detail, IsTheSameForAnyBrightnessAndContrast) {
  cv::Mat1f picture;
  grain(2, 96, 96).convertTo(picture, CV_32F);
  cv::Mat1f changed;
  picture.convertTo(changed, CV_32F, 0.4, 30);
  EXPECT_LT(cv::norm(tn::detail(picture), tn::detail(changed), cv::NORM_INF), 1e-3);
}
TEST(Detail, OfNoContrastIsNone) {
  EXPECT_EQ(cv::countNonZero(tn::detail(cv::Mat1f(24, 24, 90.0F))), 0);
}

}  // namespace
