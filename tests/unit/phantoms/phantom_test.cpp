#include "examples/phantoms/phantom.hpp"

#include <gtest/gtest.h>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "libcore/eval/classification.hpp"
#include "libcore/eval/overlap.hpp"
#include "tests/support/expect_error.hpp"

namespace {

const tn::PhantomOptions kSmall{.seed = 17, .width = 160, .height = 120};

bool equal(const cv::Mat1b& a, const cv::Mat1b& b) {
  return a.size() == b.size() && cv::norm(a, b) == 0;
}

tn::Phantom first_picture(std::int64_t number, const tn::PhantomOptions& options = kSmall) {
  return tn::draw_phantom(tn::draw_patient(options.seed, number), 1, options);
}

TEST(DrawPhantom, GivesTheSamePictureAgain) {
  EXPECT_TRUE(equal(first_picture(3).image, first_picture(3).image));
}

TEST(DrawPhantom, GivesAnotherPictureForAnotherIndex) {
  const tn::Patient patient = tn::draw_patient(17, 3);
  EXPECT_FALSE(equal(tn::draw_phantom(patient, 1, kSmall).image, tn::draw_phantom(patient, 2, kSmall).image));
}

TEST(DrawPhantom, GivesAnotherPictureForAnotherSeed) {
  tn::PhantomOptions other = kSmall;
  other.seed = 18;
  EXPECT_FALSE(equal(first_picture(3).image, first_picture(3, other).image));
}

TEST(DrawPhantom, HasTheSizeAskedFor) {
  const tn::Phantom phantom = first_picture(1, {.seed = 1, .width = 96, .height = 64});
  EXPECT_EQ(phantom.image.size(), cv::Size(96, 64));
  EXPECT_EQ(phantom.mask.size(), cv::Size(96, 64));
}

TEST(DrawPhantom, ShowsANoduleInEveryPicture) {
  for (std::int64_t number = 1; number <= 60; ++number) {
    const cv::Mat1b mask = first_picture(number).mask;
    EXPECT_GT(cv::countNonZero(mask), mask.total() / 100) << "patient " << number;
  }
}

TEST(DrawPhantom, MasksAreBlackAndWhite) {
  const cv::Mat1b mask = first_picture(1).mask;
  EXPECT_EQ(cv::countNonZero(mask == 0) + cv::countNonZero(mask == 255), static_cast<int>(mask.total()));
}

TEST(DrawPhantom, MeanGreyDoesNotTellTheClasses) {
  std::vector<tn::ScoredCase> dark, bright;
  for (std::int64_t number = 1; number <= 80; ++number) {
    const double grey = cv::mean(first_picture(number).image)[0] / 255;
    const bool malignant = tn::draw_patient(17, number).malignant;
    bright.push_back({grey, malignant});
    dark.push_back({1 - grey, malignant});
  }
  EXPECT_LT(tn::auroc(bright).value(), 0.75);
  EXPECT_LT(tn::auroc(dark).value(), 0.75);
}

TEST(DrawPhantom, AThresholdDoesNotFindTheNodule) {
  double bright = 0, dark = 0;
  for (std::int64_t number = 1; number <= 40; ++number) {
    const tn::Phantom phantom = first_picture(number);
    cv::Mat1b above, below;
    cv::threshold(phantom.image, above, 0, 255, cv::THRESH_OTSU);
    cv::bitwise_not(above, below);
    bright += tn::dice(tn::overlap(above, phantom.mask)) / 40;
    dark += tn::dice(tn::overlap(below, phantom.mask)) / 40;
  }
  EXPECT_LT(bright, 0.3);
  EXPECT_LT(dark, 0.3);
}

TEST(PhantomOptions, RefuseASizeOutOfRange) {
  const auto thrown = tn::test::thrown_by([] { tn::check({.seed = 1, .width = 63, .height = 64}); });
  EXPECT_EQ(thrown.exit_code, 2);
  EXPECT_EQ(thrown.text, "width 63: pictures are 64 to 2048 px a side");
}

}  // namespace
