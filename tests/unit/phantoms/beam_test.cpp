#include "examples/phantoms/beam.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <opencv2/core.hpp>

namespace {

const cv::Size kSize(200, 200);

tn::Tissue gland() {
  return {cv::Mat1f(kSize, 0.0F), cv::Mat1f(kSize, 0.0F), cv::Mat1f(kSize, 0.0F)};
}

// No attenuation, no time gain, next to no noise.
tn::Scanner plain() {
  tn::Scanner scanner;
  scanner.attenuation_db = 0;
  scanner.time_gain_db = 0;
  scanner.noise_db = -200;
  return scanner;
}

cv::Mat1f received(const tn::Tissue& tissue, const tn::Scanner& scanner) {
  tn::Random random(3, "beam");
  return tn::receive(tissue, scanner, random);
}

double decibels(const cv::Mat1f& power) {
  return 10 * std::log10(cv::mean(power)[0]);
}

TEST(Receive, GivesAGlandOfUnitMeanPower) {
  EXPECT_NEAR(cv::mean(received(gland(), plain()))[0], 1, 0.1);
}

TEST(Receive, GivesRayleighSpeckle) {
  const cv::Mat1f power = received(gland(), plain());
  cv::Mat1f envelope;
  cv::sqrt(power, envelope);
  // Of a Rayleigh envelope: (mean)^2 / mean square = pi / 4.
  EXPECT_NEAR(std::pow(cv::mean(envelope)[0], 2) / cv::mean(power)[0], 0.7854, 0.01);
}

TEST(Receive, LosesTheAttenuationOverTheDepth) {
  tn::Scanner scanner = plain();
  scanner.attenuation_db = 30;
  const cv::Mat1f power = received(gland(), scanner);
  const cv::Mat1f without = received(gland(), plain());
  // Rows 180 to 199 lie at 0.95 of the depth on average: 28.5 dB.
  EXPECT_NEAR(decibels(without.rowRange(180, 200)) - decibels(power.rowRange(180, 200)), 28.4, 0.5);
}

TEST(Receive, GetsTheAttenuationBackByTimeGain) {
  tn::Scanner scanner = plain();
  scanner.attenuation_db = 30;
  scanner.time_gain_db = 30;
  EXPECT_NEAR(decibels(received(gland(), scanner)), decibels(received(gland(), plain())), 1e-3);
}

TEST(Receive, RaisesTheNoiseWithTheTimeGain) {
  tn::Scanner scanner = plain();
  scanner.attenuation_db = 200;  // nothing but noise is left below
  scanner.time_gain_db = 40;
  scanner.noise_db = -60;
  const cv::Mat1f power = received(gland(), scanner);
  EXPECT_NEAR(decibels(power.rowRange(190, 200)) - decibels(power.rowRange(140, 150)), 10, 1.5);
}

TEST(Receive, SeesAGlintAboveTheSpeckle) {
  tn::Tissue tissue = gland();
  tissue.glint(100, 100) = 14;
  const cv::Mat1f power = received(tissue, plain());
  EXPECT_GT(power(100, 100), 3 * cv::mean(power)[0]);
}

TEST(Receive, DarkensWhatLiesBehindALoss) {
  tn::Tissue tissue = gland();
  tissue.loss_db(cv::Rect(80, 50, 40, 20)) = 0.5F;  // 10 dB on the way through
  const cv::Mat1f power = received(tissue, plain());
  const cv::Mat1f without = received(gland(), plain());
  const cv::Rect behind(90, 100, 20, 80);
  EXPECT_NEAR(decibels(without(behind)) - decibels(power(behind)), 10, 0.3);
}

TEST(Show, IsBrighterForMorePower) {
  const tn::Scanner scanner;
  const cv::Mat1b dark = tn::show(cv::Mat1f(kSize, 0.01F), scanner);
  const cv::Mat1b bright = tn::show(cv::Mat1f(kSize, 1.0F), scanner);
  EXPECT_LT(dark(5, 5), bright(5, 5));
}

TEST(Show, ShowsNoPowerAsBlackAndMuchAsWhite) {
  EXPECT_EQ(tn::show(cv::Mat1f(kSize, 0.0F), {})(9, 9), 0);
  EXPECT_EQ(tn::show(cv::Mat1f(kSize, 1e9F), {})(9, 9), 255);
}

}  // namespace
