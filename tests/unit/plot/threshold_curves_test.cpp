#include "libcore/plot/threshold_curves.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tn {
namespace {

// The example of scikit-learn's roc_curve and precision_recall_curve.
const std::vector<ScoredCase> kCases{{0.1, false}, {0.4, false}, {0.35, true}, {0.8, true}};

TEST(RocPoints, AreRatesAtEachDistinctProbability) {
  EXPECT_EQ(roc_points(kCases), (std::vector<Point>{{0, 0}, {0, 0.5}, {0.5, 0.5}, {0.5, 1}, {1, 1}}));
}

TEST(RocPoints, TiesAreOneStep) {
  EXPECT_EQ(roc_points(std::vector<ScoredCase>{{0.5, false}, {0.5, true}}),
            (std::vector<Point>{{0, 0}, {1, 1}}));
}

TEST(PrPoints, AreRecallAndPrecisionFromTheHighestProbabilityOn) {
  EXPECT_EQ(pr_points(kCases), (std::vector<Point>{{0.5, 1}, {0.5, 0.5}, {1, 2.0 / 3}, {1, 0.5}}));
}

TEST(RocBand, HoldsTheCurveOfPerfectCasesWithoutRoom) {
  const LabelledCases cases{{{0.9, true}, {0.8, true}, {0.2, false}, {0.1, false}}, {0, 1, 2, 3}, 4};
  for (const Bar& bar : roc_band(cases, {.resamples = 50})) {
    EXPECT_EQ(bar.low, 1);
    EXPECT_EQ(bar.high, 1);
  }
}

TEST(RocBand, WithoutResamplesThereIsNone) {
  EXPECT_TRUE(roc_band({{{0.9, true}, {0.1, false}}, {0, 1}, 2}, {.resamples = 0}).empty());
}

TEST(RocBand, ResamplesWithoutAClassAreLeftOut) {
  const std::vector<Bar> band = roc_band({{{0.9, true}, {0.1, false}}, {0, 1}, 2}, {.resamples = 20});
  ASSERT_EQ(band.size(), 101U);
  EXPECT_EQ(band.front().low, 1);
}

}  // namespace
}  // namespace tn
