#include "libcore/net/calibration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace tn {
namespace {

// `count` cases with this margin.
void add(std::vector<Margin>& margins, int count, double value, bool malignant) {
  margins.insert(margins.end(), static_cast<std::size_t>(count), {value, malignant});
}

// Margins of +-2, right in three of four: P(label) = 3/4 where 2 / T = log 3.
TEST(Temperature, OfHandWorkedMargins) {
  std::vector<Margin> margins;
  add(margins, 3, 2, true);
  add(margins, 1, 2, false);
  add(margins, 3, -2, false);
  add(margins, 1, -2, true);
  const double t = choose_temperature(margins);
  EXPECT_NEAR(t, 2 / std::log(3), 1e-9);
  EXPECT_NEAR(log_loss(margins, t), -(0.75 * std::log(0.75) + 0.25 * std::log(0.25)), 1e-12);
  EXPECT_LT(log_loss(margins, t), log_loss(margins, 1));
  EXPECT_LT(log_loss(margins, t), log_loss(margins, 1.01 * t));
  EXPECT_LT(log_loss(margins, t), log_loss(margins, 0.99 * t));
}

TEST(Temperature, StaysWithinItsBounds) {
  std::vector<Margin> separable, inverted;
  add(separable, 2, 1, true);
  add(separable, 2, -1, false);
  add(inverted, 2, -1, true);
  add(inverted, 2, 1, false);
  EXPECT_DOUBLE_EQ(choose_temperature(separable), 0.1);
  EXPECT_DOUBLE_EQ(choose_temperature(inverted), 10);
}

TEST(LogLoss, OfLargeMarginsIsFinite) {
  EXPECT_NEAR(log_loss(std::vector<Margin>{{-2000, true}}, 1), 2000, 1e-9);
  EXPECT_NEAR(log_loss(std::vector<Margin>{{2000, true}}, 1), 0, 1e-9);
}

double logit(double p) {
  return std::log(p / (1 - p));
}

TEST(ClassThreshold, HasTheLargestYoudenIndex) {
  // benign 0.1 0.2 0.7, malignant 0.6 0.8: below 0.4 lie 2 of 3 benign and none malignant, index 2/3;
  // below 0.75 all benign and half of the malignant, index 1/2.
  const std::vector<Margin> margins = {
      {logit(0.7), false}, {logit(0.1), false}, {logit(0.8), true}, {logit(0.2), false}, {logit(0.6), true}};
  EXPECT_NEAR(*choose_class_threshold(margins, 1), 0.4, 1e-12);
}

TEST(ClassThreshold, IsOfTheCalibratedProbability) {
  const std::vector<Margin> margins = {{logit(0.8), false}, {2 * logit(0.8), true}};
  const double half = 1 / (1 + std::exp(-logit(0.8) / 2));
  EXPECT_NEAR(*choose_class_threshold(margins, 2), (half + 0.8) / 2, 1e-12);
}

// At 0.2 the index is 1/2 - 0, at 0.4 1/2 - 1/2, at 0.7 1 - 1/2: of 0.2 and 0.7 the latter is nearer to 1/2.
TEST(ClassThreshold, TieGoesToTheNearestOfAHalf) {
  const std::vector<Margin> margins = {
      {logit(0.1), false}, {logit(0.3), true}, {logit(0.5), false}, {logit(0.9), true}};
  EXPECT_NEAR(*choose_class_threshold(margins, 1), 0.7, 1e-12);
}

TEST(ClassThreshold, NoneBetterThanChanceIsNothing) {
  EXPECT_FALSE(choose_class_threshold(std::vector<Margin>{{1, false}, {-1, true}}, 1));
  EXPECT_FALSE(choose_class_threshold(std::vector<Margin>{{1, false}, {1, true}}, 1));
}

// One row of four pixels, two drawn. At 0.5 the map finds one of them: Dice 2/3; up to 0.3 both: 1; up to 0.2
// one too many: 4/5.
TEST(MaskThreshold, HasTheBestMeanDice) {
  const cv::Mat1f map = (cv::Mat1f(1, 4) << 0.9F, 0.32F, 0.22F, 0.01F);
  const cv::Mat1b drawn = (cv::Mat1b(1, 4) << 1, 1, 0, 0);
  MaskSweep sweep;
  sweep.add(map, drawn);
  EXPECT_DOUBLE_EQ(sweep.mean_dice(0.5), 2.0 / 3);
  EXPECT_DOUBLE_EQ(sweep.mean_dice(0.2), 0.8);
  EXPECT_DOUBLE_EQ(sweep.mean_dice(0.25), 1);
  EXPECT_DOUBLE_EQ(sweep.best(), 0.3);  // 0.25 is as good, and farther from 1/2
  sweep.add(cv::Mat1f(1, 4, 0.0F), drawn);
  EXPECT_DOUBLE_EQ(sweep.mean_dice(0.25), 0.5);
}

TEST(MaskThreshold, StaysAtAHalfWhereAllAreEqual) {
  MaskSweep sweep;
  sweep.add(cv::Mat1f(2, 2, 0.0F), cv::Mat1b(2, 2, std::uint8_t{0}));
  EXPECT_DOUBLE_EQ(sweep.best(), 0.5);
}

TEST(Calibration, WithTooFewCasesDefaultsStayAndItIsSaid) {
  std::vector<Margin> margins;
  add(margins, 4, 1, true);
  add(margins, 9, -1, false);
  MaskSweep sweep;
  const Calibration chosen = choose(margins, sweep, true, true);
  EXPECT_EQ(chosen.temperature, 1);
  EXPECT_EQ(chosen.class_threshold, 0.5);
  EXPECT_EQ(chosen.mask_threshold, 0.5);
  ASSERT_EQ(chosen.notes.size(), 2U);
  EXPECT_THAT(chosen.notes[0], testing::HasSubstr("9 benign and 4 malignant"));
  EXPECT_THAT(chosen.notes[1], testing::HasSubstr("mask threshold stays 0.5"));
}

TEST(Calibration, ReportsWhatItFound) {
  std::vector<Margin> margins;
  add(margins, 6, 1, true);
  add(margins, 2, 1, false);
  add(margins, 6, -1, false);
  const Calibration chosen = choose(margins, MaskSweep(), false, true);
  EXPECT_EQ(chosen.report.at("benign"), 8);
  EXPECT_EQ(chosen.report.at("malignant"), 6);
  EXPECT_EQ(chosen.report.at("log_loss")[1], log_loss(margins, chosen.temperature));
  EXPECT_NEAR(chosen.class_threshold, 0.5, 1e-12);
  EXPECT_FALSE(chosen.report.contains("masks"));
}

TEST(Calibration, SaysWhereTheTemperatureIsAtTheEndOfItsRange) {
  std::vector<Margin> separable, inverted, between;
  add(separable, 5, 1, true);
  add(separable, 5, -1, false);
  add(inverted, 5, -1, true);
  add(inverted, 5, 1, false);
  add(between, 6, 1, true);
  add(between, 2, 1, false);
  add(between, 6, -1, false);
  const auto note = [](const std::vector<Margin>& margins) {
    return choose(margins, MaskSweep(), false, true).notes.at(0);
  };
  EXPECT_EQ(note(separable),
            "chosen on validation: temperature 0.100 (the end of its range: a lower one would fit "
            "better), class threshold 0.500");
  EXPECT_THAT(note(inverted), testing::HasSubstr("temperature 10.000 (the end of its range: a higher one"));
  EXPECT_THAT(note(between), testing::Not(testing::HasSubstr("range")));
}

}  // namespace
}  // namespace tn
