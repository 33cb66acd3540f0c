#include "libcore/plot/density.hpp"

#include <gtest/gtest.h>

namespace tn {
namespace {

// SD sqrt(5/3) = 1.29; quartiles 1.75 and 3.25: 1.5 / 1.34 = 1.12 is less; 4^(-1/5) = 0.757858.
TEST(SilvermanBandwidth, IsOfTheQuartilesWhereTheyAreNarrower) {
  EXPECT_NEAR(*silverman_bandwidth({1, 2, 3, 4}), 0.9 * (1.5 / 1.34) * 0.7578582833, 1e-9);
}

// SD sqrt(4/3) = 1.15; quartiles 0 and 2: 2 / 1.34 = 1.49 is more.
TEST(SilvermanBandwidth, IsOfTheDeviationWhereThatIsNarrower) {
  EXPECT_NEAR(*silverman_bandwidth({0, 0, 2, 2}), 0.9 * 1.1547005384 * 0.7578582833, 1e-9);
}

// Quartiles 0 and 0; SD sqrt(6); 6^(-1/5) = 0.698827.
TEST(SilvermanBandwidth, IsOfTheDeviationWhereTheQuartilesAreEqual) {
  EXPECT_NEAR(*silverman_bandwidth({0, 0, 0, 0, 0, 6}), 0.9 * 2.4494897428 * 0.6988271188, 1e-9);
}

TEST(SilvermanBandwidth, IsNothingForOneValueOrEqualOnes) {
  EXPECT_EQ(silverman_bandwidth({0.5}), std::nullopt);
  EXPECT_EQ(silverman_bandwidth({0.5, 0.5, 0.5}), std::nullopt);
  EXPECT_TRUE(kernel_density({0.5, 0.5}, 9).empty());
}

// Bandwidth h = 0.9 * 0.5 / 1.34 * 2^(-1/5) = 0.292349; a bell is 1 / (h sqrt(2 pi)) = 1.364609 high.
// At an end (1 + exp(-(1/h)^2 / 2)) / 2 = 0.501439 of that, in the middle exp(-(0.5/h)^2 / 2) = 0.231648.
TEST(KernelDensity, OfTwoValuesIsTheMeanOfTwoBells) {
  const std::vector<Point> curve = kernel_density({1, 0}, 3);
  ASSERT_EQ(curve.size(), 3U);
  EXPECT_NEAR(curve[0].y, 0.684269, 1e-6);
  EXPECT_EQ(curve[1].x, 0.5);
  EXPECT_NEAR(curve[1].y, 0.316109, 1e-6);
  EXPECT_DOUBLE_EQ(curve[2].y, curve[0].y);
}

// Numbers of SciPy: gaussian_kde([0, 1, 1, 4], bw_method=0.509009 / SD) at 0, 2 and 4.
TEST(KernelDensity, IsCutAtTheRangeOfTheValues) {
  const std::vector<Point> curve = kernel_density({1, 4, 0, 1}, 3);
  EXPECT_EQ(curve.front().x, 0);
  EXPECT_EQ(curve.back().x, 4);
  EXPECT_NEAR(curve[0].y, 0.252831, 1e-6);
  EXPECT_NEAR(curve[1].y, 0.057065, 1e-6);
  EXPECT_NEAR(curve[2].y, 0.195941, 1e-6);
}

}  // namespace
}  // namespace tn
