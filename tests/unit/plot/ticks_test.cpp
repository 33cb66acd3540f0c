#include "libcore/plot/ticks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tn {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::Pointwise;

std::vector<std::string> labels(const std::vector<double>& all) {
  std::vector<std::string> result;
  for (const double tick : all) result.push_back(tick_label(tick, all));
  return result;
}

TEST(Ticks, AreRoundNumbersInsideTheRange) {
  EXPECT_THAT(ticks({0, 1}, 5), Pointwise(testing::DoubleNear(1e-12), {0.0, 0.2, 0.4, 0.6, 0.8, 1.0}));
  EXPECT_THAT(ticks({3, 27}, 5), Pointwise(DoubleEq(), {5.0, 10.0, 15.0, 20.0, 25.0}));
}

TEST(Ticks, OfEpochsAreWholeNumbers) {
  EXPECT_THAT(ticks({1, 3}, 10, true), Pointwise(DoubleEq(), {1.0, 2.0, 3.0}));
  EXPECT_THAT(ticks({1, 60}, 10, true), Pointwise(DoubleEq(), {10.0, 20.0, 30.0, 40.0, 50.0, 60.0}));
}

TEST(Ticks, ZeroHasNoSign) {
  for (const double tick : ticks({-0.4, 0.4}, 4))
    if (tick == 0) {
      EXPECT_FALSE(std::signbit(tick));
    }
}

TEST(Ticks, OfASpanOfNothingAreFew) {
  EXPECT_LE(ticks({0.5, 0.5}, 5).size(), 1U);
}

TEST(RoundedRange, GrowsToTheNextTick) {
  const Range found = rounded({0.13, 0.87}, 5);
  EXPECT_NEAR(found.low, 0, 1e-12);
  EXPECT_NEAR(found.high, 1, 1e-12);
}

TEST(RoundedRange, StaysWhereItIsRound) {
  const Range found = rounded({0.2, 0.8}, 3);
  EXPECT_NEAR(found.low, 0.2, 1e-12);
  EXPECT_NEAR(found.high, 0.8, 1e-12);
}

TEST(RoundedRange, OfOneValueHasRoom) {
  const Range found = rounded({0.5, 0.5}, 5);
  EXPECT_LT(found.low, 0.5);
  EXPECT_GT(found.high, 0.5);
}

TEST(TickLabels, ShareTheirDigits) {
  EXPECT_THAT(labels({0, 0.25, 0.5}), ElementsAre("0.00", "0.25", "0.50"));
  EXPECT_THAT(labels({0, 10, 20}), ElementsAre("0", "10", "20"));
  EXPECT_THAT(labels(ticks({0, 1}, 5)), ElementsAre("0.0", "0.2", "0.4", "0.6", "0.8", "1.0"));
}

}  // namespace
}  // namespace tn
