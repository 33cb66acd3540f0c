#include "libcore/plot/density.hpp"

#include <gtest/gtest.h>

namespace tn {
namespace {

double area_under(const std::vector<Point>& curve) {
  double area = 0;
  for (std::size_t i = 1; i < curve.size(); ++i)
    area += (curve[i].x - curve[i - 1].x) * (curve[i].y + curve[i - 1].y) / 2;
  return area;
}

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

TEST(DensitySteps, FollowTheBandwidthBetweenTheirEnds) {
  EXPECT_EQ(density_steps({1, 2, 3, 4}), 129);  // 4 * 3 / 0.7635 + 1 = 16.7
  EXPECT_EQ(density_steps({0.5, 0.5}), 129);
  EXPECT_EQ(density_steps({0, 1, 2, 3, 1e9}), 2001);
}

// Values close together with one far away: all but half of the outermost bells lies under the curve.
TEST(KernelDensity, OfAFarOutlierStillShowsTheOthers) {
  std::vector<double> values{0};
  for (int i = 0; i < 40; ++i) values.push_back(0.9 + 0.0005 * i);
  const int steps = density_steps(values);
  EXPECT_GT(steps, 129);
  EXPECT_LT(steps, 2001);
  EXPECT_NEAR(area_under(kernel_density(values, steps)), area_under(kernel_density(values, 20001)), 0.005);
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
