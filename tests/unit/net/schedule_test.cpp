#include "libcore/net/schedule.hpp"

#include <gtest/gtest.h>

namespace tn {
namespace {

TrainOptions cosine(double rate, std::int64_t warmup) {
  TrainOptions options;
  options.learning_rate = rate;
  options.warmup_steps = warmup;
  return options;
}

TEST(Schedule, CosineStartsAtTheRateHalvesInTheMiddleAndEndsAtZero) {
  const TrainOptions options = cosine(0.5, 0);
  EXPECT_DOUBLE_EQ(learning_rate(options, {0, 1, 0.0}, 1), 0.5);
  EXPECT_DOUBLE_EQ(learning_rate(options, {50, 1, 0.5}, 1), 0.25);
  EXPECT_NEAR(learning_rate(options, {100, 1, 1.0}, 1), 0, 1e-15);
}

TEST(Schedule, WarmUpRisesLinearlyFromTheFirstStep) {
  const TrainOptions options = cosine(1.0, 4);
  EXPECT_DOUBLE_EQ(learning_rate(options, {0, 1, 0.0}, 1), 0.25);
  EXPECT_DOUBLE_EQ(learning_rate(options, {1, 1, 0.0}, 1), 0.5);
  EXPECT_DOUBLE_EQ(learning_rate(options, {3, 1, 0.0}, 1), 1.0);
  EXPECT_DOUBLE_EQ(learning_rate(options, {9, 1, 0.0}, 1), 1.0);
}

TEST(Schedule, WarmUpEndsWhenAFifthOfTheRunIsDone) {
  TrainOptions options = cosine(1.0, 1000);
  options.schedule = Schedule::constant;
  EXPECT_DOUBLE_EQ(learning_rate(options, {0, 1, 0.0}, 1), 0.001);
  EXPECT_DOUBLE_EQ(learning_rate(options, {5, 1, 0.1}, 1), 0.5);
  EXPECT_DOUBLE_EQ(learning_rate(options, {10, 1, 0.2}, 1), 1.0);
  EXPECT_DOUBLE_EQ(learning_rate(options, {40, 1, 0.8}, 1), 1.0);
}

TEST(Schedule, ProgressBeyondTheBudgetStaysAtItsEnd) {
  EXPECT_NEAR(learning_rate(cosine(1.0, 0), {10, 1, 1.7}, 1), 0, 1e-15);
}

TEST(Schedule, PlateauOfThePaperTakesItsFactorAndNoWarmUp) {
  TrainOptions options = preset_options(Preset::paper);
  EXPECT_DOUBLE_EQ(learning_rate(options, {0, 1, 0.9}, 0.25), 0.25e-3);
}

TEST(Schedule, ConstantStaysAfterTheWarmUp) {
  TrainOptions options = cosine(1.0, 2);
  options.schedule = Schedule::constant;
  EXPECT_DOUBLE_EQ(learning_rate(options, {0, 1, 0.0}, 0.25), 0.5);
  EXPECT_DOUBLE_EQ(learning_rate(options, {7, 9, 0.9}, 0.25), 1.0);
}

TEST(Schedule, StepFallsAfterEachSoManyEpochs) {
  TrainOptions options = cosine(1.0, 0);
  options.schedule = Schedule::step;
  options.step_epochs = 3;
  options.rate_factor = 0.1;
  EXPECT_DOUBLE_EQ(learning_rate(options, {0, 3, 0.0}, 1), 1.0);
  EXPECT_DOUBLE_EQ(learning_rate(options, {0, 4, 0.0}, 1), 0.1);
  EXPECT_DOUBLE_EQ(learning_rate(options, {0, 7, 0.0}, 1), 0.01);
}

TEST(Schedule, PolynomialIsAPowerOfWhatIsLeft) {
  TrainOptions options = cosine(2.0, 0);
  options.schedule = Schedule::polynomial;
  options.power = 2;
  EXPECT_DOUBLE_EQ(learning_rate(options, {0, 1, 0.0}, 1), 2.0);
  EXPECT_DOUBLE_EQ(learning_rate(options, {0, 1, 0.5}, 1), 0.5);
  EXPECT_DOUBLE_EQ(learning_rate(options, {0, 1, 1.0}, 1), 0.0);
}

TEST(Schedule, WarmUpGoesBeforeAnySchedule) {
  for (const Schedule schedule : {Schedule::step, Schedule::plateau, Schedule::polynomial}) {
    TrainOptions options = cosine(1.0, 4);
    options.schedule = schedule;
    EXPECT_DOUBLE_EQ(learning_rate(options, {1, 1, 0.0}, 1), 0.5);
  }
}

TEST(Plateau, HalvesAfterAsManyEpochsWithoutABetterValue) {
  Plateau plateau;
  plateau = advanced(plateau, 0.5, 2, 0.5);
  plateau = advanced(plateau, 0.5, 2, 0.5);
  EXPECT_DOUBLE_EQ(plateau.factor, 1);
  plateau = advanced(plateau, 0.4, 2, 0.5);
  EXPECT_DOUBLE_EQ(plateau.factor, 0.5);
}

TEST(Plateau, ABetterValueStartsTheWaitingAnew) {
  Plateau plateau;
  plateau = advanced(plateau, 0.5, 2, 0.5);
  plateau = advanced(plateau, 0.4, 2, 0.5);
  plateau = advanced(plateau, 0.6, 2, 0.5);
  plateau = advanced(plateau, 0.5, 2, 0.5);
  EXPECT_DOUBLE_EQ(plateau.factor, 1);
}

TEST(Plateau, HalvesAgainOnlyAfterWaitingAgain) {
  Plateau plateau;
  for (const double value : {0.5, 0.1, 0.1, 0.1}) plateau = advanced(plateau, value, 2, 0.5);
  EXPECT_DOUBLE_EQ(plateau.factor, 0.5);
  plateau = advanced(plateau, 0.1, 2, 0.5);
  EXPECT_DOUBLE_EQ(plateau.factor, 0.25);
}

TEST(Plateau, LowersByItsFactor) {
  Plateau plateau;
  for (const double value : {0.5, 0.1}) plateau = advanced(plateau, value, 1, 0.2);
  EXPECT_DOUBLE_EQ(plateau.factor, 0.2);
}

}  // namespace
}  // namespace tn
