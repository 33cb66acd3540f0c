#include "libcore/image/windows.hpp"

#include <gtest/gtest.h>

#include <opencv2/core.hpp>

#include "tests/unit/image/fixtures.hpp"

namespace tn {
namespace {

constexpr std::int64_t kFrame = 32;

cv::Mat1b noise(int width, int height) {
  cv::Mat1b image(height, width);
  cv::RNG(7).fill(image, cv::RNG::UNIFORM, 0, 256);
  return image;
}

// What a predictor says that calls brightness probability, through windows.
cv::Mat1f brightness(const cv::Mat1b& image, const PreprocessOptions& options, const WindowOptions& windows) {
  const std::vector<Frame> frames = preprocess_windows(image, options, windows);
  std::vector<Placement> places;
  for (const Frame& frame : frames) places.push_back(frame.placement);
  WindowBlend blend({image.cols, image.rows}, places);
  for (const Frame& frame : frames) {
    cv::Mat1f probability;
    frame.image.convertTo(probability, CV_32F, 1.0 / 255);
    blend.add(probability, frame.placement);
  }
  return blend.mean();
}

bool equal(const cv::Mat1f& a, const cv::Mat1f& b) {
  return a.size() == b.size() && cv::norm(a, b, cv::NORM_INF) == 0;
}

TEST(Windows, OneThatCoversTheImageGivesThePlainAnswer) {
  const cv::Mat1b image = noise(90, 60);
  for (const Fit fit : {Fit::stretch, Fit::letterbox}) {
    PreprocessOptions options{kFrame, fit};
    options.clahe = 2;
    const Frame plain = preprocess(image, options);
    cv::Mat1f probability;
    plain.image.convertTo(probability, CV_32F, 1.0 / 255);
    EXPECT_TRUE(equal(brightness(image, options, {90, 0.5}), restore(probability, plain.placement)));
  }
}

TEST(Windows, OneThatCoversWhatACropLeavesGivesThePlainAnswer) {
  cv::Mat1b image(60, 90, std::uint8_t{0});
  noise(50, 40).copyTo(image(cv::Rect(20, 10, 50, 40)));
  PreprocessOptions options{kFrame, Fit::letterbox};
  options.crop_border = 5;
  const Frame plain = preprocess(image, options);
  cv::Mat1f probability;
  plain.image.convertTo(probability, CV_32F, 1.0 / 255);
  EXPECT_TRUE(equal(brightness(image, options, {64, 0.25}), restore(probability, plain.placement)));
}

TEST(Windows, CoverTheAreaEquallyFarApart) {
  const auto windows = windows_over({100, 50}, {40, 0.25});
  ASSERT_EQ(windows.size(), 6U);  // 3 across (0, 30, 60), 2 down (0, 10)
  EXPECT_EQ(windows[0], cv::Rect(0, 0, 40, 40));
  EXPECT_EQ(windows[1], cv::Rect(30, 0, 40, 40));
  EXPECT_EQ(windows[2], cv::Rect(60, 0, 40, 40));
  EXPECT_EQ(windows[5], cv::Rect(60, 10, 40, 40));
}

TEST(Windows, AreCutToASmallArea) {
  EXPECT_EQ(windows_over({100, 20}, {40, 0}).front(), cv::Rect(0, 0, 40, 20));
}

// Windows of the frame's own size resize nothing: what each says of a pixel is its brightness.
TEST(Windows, WhatAllSayAlikeIsTheAnswer) {
  const cv::Mat1b image = noise(100, 70);
  cv::Mat1f expected;
  image.convertTo(expected, CV_32F, 1.0 / 255);
  const cv::Mat1f map = brightness(image, {kFrame, Fit::stretch}, {kFrame, 0.3});
  EXPECT_LT(cv::norm(map, expected, cv::NORM_INF), 1e-6);
}

// Two windows of 32 px over 48: where both see a pixel, the nearer to the middle of a window counts more.
TEST(Windows, AnswersGoOverIntoEachOther) {
  const std::vector<Placement> places{place({48, 32}, 32, Fit::stretch, Area{0, 0, 32, 32}),
                                      place({48, 32}, 32, Fit::stretch, Area{16, 0, 32, 32})};
  WindowBlend blend({48, 32}, places);
  blend.add(cv::Mat1f(32, 32, 0.0F), places[0]);
  blend.add(cv::Mat1f(32, 32, 1.0F), places[1]);
  const cv::Mat1f map = blend.mean();
  EXPECT_EQ(map(5, 15), 0.0F);
  EXPECT_NEAR(map(5, 16), 0.5 / 16, 1e-6);  // weights 15.5/16 and 0.5/16
  EXPECT_NEAR(map(5, 31), 15.5 / 16, 1e-6);
  EXPECT_EQ(map(5, 32), 1.0F);
}

TEST(Windows, OutOfRangeIsRefused) {
  EXPECT_EQ(error_of([] { check(WindowOptions{31, 0.25}); }), "2: --window: 31 is not in 32 to 65536 px");
  EXPECT_EQ(error_of([] { check(WindowOptions{64, 0.95}); }), "2: --overlap: 0.95 is not in 0 to 0.9");
  EXPECT_EQ(error_of([] { check(WindowOptions{0, 0.5}); }), "2: --overlap needs --window");
}

}  // namespace
}  // namespace tn
