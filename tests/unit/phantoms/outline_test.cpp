#include "examples/phantoms/outline.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <opencv2/core.hpp>

#include "examples/phantoms/tissue.hpp"

namespace {

tn::Findings ellipse(double width, double height) {
  tn::Findings f;
  f.width = width;
  f.height = height;
  return f;
}

tn::Outline outline(const tn::Findings& findings, tn::Point centre = {0.6, 0.5}) {
  tn::Random random(1, "outline");
  return {findings, centre, random};
}

TEST(Outline, IsZeroAtTheCentreAndOneAtTheEndsOfItsAxes) {
  const tn::Outline smooth = outline(ellipse(0.4, 0.2));
  EXPECT_DOUBLE_EQ(smooth.level({0.6, 0.5}), 0);
  EXPECT_NEAR(smooth.level({0.8, 0.5}), 1, 1e-12);
  EXPECT_NEAR(smooth.level({0.6, 0.4}), 1, 1e-12);
}

TEST(Outline, TiltedByAQuarterTurnSwapsItsAxes) {
  tn::Findings f = ellipse(0.4, 0.2);
  f.tilt = std::numbers::pi / 2;
  EXPECT_NEAR(outline(f).level({0.6, 0.7}), 1, 1e-9);
}

TEST(Outline, WithLobulationIsNoEllipse) {
  tn::Findings f = ellipse(0.3, 0.3);
  f.lobulation = 0.2;
  const tn::Outline rough = outline(f);
  EXPECT_GT(std::abs(rough.level({0.75, 0.5}) - rough.level({0.45, 0.5})), 0.01);
}

TEST(Outline, NeverReachesFartherThanItSays) {
  tn::Findings f = ellipse(0.3, 0.2);
  f.lobulation = 0.3;
  f.spicules = 11;
  const tn::Outline spiky = outline(f);
  for (int degree = 0; degree < 360; ++degree) {
    const double angle = degree * std::numbers::pi / 180;
    const double out = spiky.reach() * 1.001;
    EXPECT_GT(spiky.level({0.6 + out * std::cos(angle), 0.5 + out * std::sin(angle)}), 1) << degree;
  }
}

TEST(MaskOf, CoversTheAreaOfTheEllipse) {
  const tn::Findings f = ellipse(0.4, 0.2);
  const cv::Mat1b mask = tn::mask_of({{f, outline(f)}}, {200, 160});
  const double area = std::numbers::pi / 4 * (0.4 * 160) * (0.2 * 160);  // 1608 px
  EXPECT_NEAR(cv::countNonZero(mask), area, 0.02 * area);
}

TEST(MaskOf, JoinsTwoNodules) {
  const tn::Findings f = ellipse(0.2, 0.2);
  const tn::Nodule left{f, outline(f, {0.3, 0.5})};
  const tn::Nodule right{f, outline(f, {0.9, 0.5})};
  const cv::Size size(200, 160);
  EXPECT_EQ(cv::countNonZero(tn::mask_of({left, right}, size)),
            cv::countNonZero(tn::mask_of({left}, size)) + cv::countNonZero(tn::mask_of({right}, size)));
}

}  // namespace
