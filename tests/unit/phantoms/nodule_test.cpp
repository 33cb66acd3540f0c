#include <gtest/gtest.h>

#include <opencv2/core.hpp>

#include "examples/phantoms/tissue.hpp"

namespace {

const cv::Size kSize(160, 120);

tn::Tissue with(const tn::Findings& findings) {
  tn::Random random(2, "nodule");
  tn::Tissue gland{cv::Mat1f(kSize, 0.0F), cv::Mat1f(kSize, 0.0F), cv::Mat1f(kSize, 0.0F)};
  const tn::Outline outline(findings, {0.6, 0.5}, random);
  return tn::with_nodule(gland, {findings, outline}, random);
}

tn::Findings solid() {
  tn::Findings f;
  f.width = 0.4;
  f.height = 0.3;
  f.texture_db = 0;
  return f;
}

TEST(WithNodule, GivesItsEchoInsideAndLeavesTheRest) {
  tn::Findings f = solid();
  f.echo_db = -8;
  const tn::Tissue tissue = with(f);
  EXPECT_NEAR(tissue.echo_db(60, 72), -8, 1e-5);
  EXPECT_EQ(tissue.echo_db(60, 130), 0);
}

TEST(WithNodule, DarkensTheRimByTheHalo) {
  tn::Findings f = solid();
  f.halo_db = 10;
  const tn::Tissue tissue = with(f);
  EXPECT_LE(tissue.echo_db(60, 72 + 21),
            -3);  // 21 of 24 px from the centre; a rim is 0.3 to 1.3 of its depth
  EXPECT_NEAR(tissue.echo_db(60, 72), 0, 1e-5);
}

TEST(WithNodule, LosesItsShadowOnTheWayThroughTheMiddle) {
  tn::Findings f = solid();
  f.shadow_db = 12;
  EXPECT_NEAR(cv::sum(with(f).loss_db.col(72))[0], 12, 0.4);
}

TEST(WithNodule, HasAnEchoFreePartIfCystic) {
  tn::Findings f = solid();
  f.cyst = 0.5;
  double least = 0;
  cv::minMaxLoc(with(f).echo_db, &least);
  EXPECT_EQ(least, -30);
}

TEST(WithNodule, GlintsOnlyWhereItIsCalcified) {
  EXPECT_EQ(cv::countNonZero(with(solid()).glint), 0);
  tn::Findings f = solid();
  f.calcifications = 6;
  EXPECT_GE(cv::countNonZero(with(f).glint), 5);
}

}  // namespace
