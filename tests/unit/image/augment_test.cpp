#include "libcore/image/augment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "libcore/base/random.hpp"
#include "libcore/image/augment_draws.hpp"
#include "tests/unit/image/fixtures.hpp"

namespace tn {
namespace {

Step always(double value) {
  return {1, value, value};
}

cv::Mat1b changed(const cv::Mat1b& image, const AugmentOptions& options, std::uint64_t seed = 1) {
  Random random(seed, "a");
  return augment(image, nullptr, options, random).image;
}

const cv::Mat1b kLetters = grey({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}});

TEST(Augment, DoesNothingByDefault) {
  const cv::Mat1b result = changed(kLetters, {});
  EXPECT_SAME_IMAGE(result, kLetters);
  EXPECT_NE(result.data, kLetters.data);
}

TEST(Augment, FlipsExactly) {
  AugmentOptions options;
  options.flip_horizontal = 1;
  EXPECT_SAME_IMAGE(changed(kLetters, options), grey({{3, 2, 1}, {6, 5, 4}, {9, 8, 7}}));
  options.flip_vertical = 1;
  EXPECT_SAME_IMAGE(changed(kLetters, options), grey({{9, 8, 7}, {6, 5, 4}, {3, 2, 1}}));
}

TEST(Augment, TurnsAnticlockwise) {
  AugmentOptions options;
  options.rotate = always(90);
  EXPECT_SAME_IMAGE(changed(kLetters, options), grey({{3, 6, 9}, {2, 5, 8}, {1, 4, 7}}));
}

TEST(Augment, ScalesAboutTheCentre) {
  AugmentOptions options;
  options.scale = always(2);
  // centre stays; corners come from half way: (1+2+4+5)/4 = 3
  const cv::Mat1b result = changed(kLetters, options);
  EXPECT_EQ(result(1, 1), 5);
  EXPECT_EQ(result(0, 0), 3);
  EXPECT_EQ(result(2, 2), 7);
}

TEST(Augment, ShiftsToTheRightAndDown) {
  AugmentOptions options;
  options.shift = always(1.0 / 3);
  EXPECT_SAME_IMAGE(changed(kLetters, options), grey({{0, 0, 0}, {0, 1, 2}, {0, 4, 5}}));
}

TEST(Augment, GammaIsAnExponentOnUnitLevels) {
  AugmentOptions options;
  options.gamma = always(0.5);
  // 255 * sqrt(64 / 255) = 127.7
  EXPECT_SAME_IMAGE(changed(grey({{0, 64, 255}}), options), grey({{0, 128, 255}}));
}

TEST(Augment, GainIsAFactorThatSaturates) {
  AugmentOptions options;
  options.gain = always(1.5);
  EXPECT_SAME_IMAGE(changed(grey({{0, 10, 100, 200}}), options), grey({{0, 15, 150, 255}}));
}

TEST(Augment, ContrastTurnsAboutTheMean) {
  AugmentOptions options;
  options.contrast = always(0.5);
  EXPECT_SAME_IMAGE(changed(grey({{50, 100, 150}}), options), grey({{75, 100, 125}}));
  options.contrast = always(2);
  EXPECT_SAME_IMAGE(changed(grey({{90, 100, 110}}), options), grey({{80, 100, 120}}));
}

TEST(Augment, BlurSpreadsAPointAndKeepsItsSum) {
  AugmentOptions options;
  options.blur = always(1);
  cv::Mat1b point(9, 9, std::uint8_t{0});
  point(4, 4) = 255;
  const cv::Mat1b result = changed(point, options);
  EXPECT_NEAR(result(4, 4), 41, 2);  // 255 / (2 pi)
  EXPECT_NEAR(cv::sum(result)[0], 255, 20);
}

TEST(Augment, SpeckleIsMultiplicativeNoiseOfItsStrength) {
  AugmentOptions options;
  options.speckle = always(0.1);
  for (const int level : {50, 100, 200}) {
    cv::Scalar mean;
    cv::Scalar deviation;
    cv::meanStdDev(changed(cv::Mat1b(256, 256, static_cast<std::uint8_t>(level)), options), mean, deviation);
    EXPECT_NEAR(mean[0], level, level * 0.01);
    EXPECT_NEAR(deviation[0], level * 0.1, level * 0.01);
  }
  EXPECT_EQ(cv::countNonZero(changed(cv::Mat1b(8, 8, std::uint8_t{0}), options)), 0);
}

TEST(Augment, TimeGainIsOneFactorARowWithinItsStrength) {
  AugmentOptions options;
  options.time_gain = always(0.2);
  const cv::Mat1b result = changed(cv::Mat1b(64, 8, std::uint8_t{100}), options);
  double least = 0;
  double most = 0;
  cv::minMaxLoc(result, &least, &most);
  EXPECT_GE(least, 80);
  EXPECT_LE(most, 120);
  EXPECT_GT(most - least, 2);
  for (int y = 0; y < 64; ++y) EXPECT_EQ(cv::countNonZero(result.row(y) != result(y, 0)), 0) << y;
}

TEST(Augment, ShadowDarkensDownwardsOnly) {
  AugmentOptions options;
  options.shadow = always(0.5);
  const cv::Mat1b result = changed(cv::Mat1b(100, 100, std::uint8_t{100}), options);
  EXPECT_EQ(cv::countNonZero(result.rowRange(0, 10) != 100), 0);  // it starts below a tenth
  double least = 0;
  double most = 0;
  cv::minMaxLoc(result.row(99), &least, &most);
  EXPECT_EQ(least, 50);
  EXPECT_EQ(most, 100);
  for (int y = 1; y < 100; ++y)
    for (int x = 0; x < 100; ++x) EXPECT_LE(result(y, x), result(y - 1, x));
}

// A picture whose levels are its mask, so that the two can be compared after any movement.
TEST(Augment, MaskMovesWithItsImage) {
  cv::Mat1b mask(64, 64, std::uint8_t{0});
  mask(cv::Rect(10, 20, 25, 15)) = 255;
  AugmentOptions options = augment_preset(AugmentPreset::paper);
  options.scale = {0.5, 0.8, 1.25};
  options.shift = {0.5, -0.1, 0.1};
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Random random(seed, "a");
    const Augmented result = augment(mask, &mask, options, random);
    const cv::Mat by_image = result.image >= 128;
    EXPECT_LE(cv::countNonZero(by_image != *result.mask), 3) << seed;  // rounding on the border
    EXPECT_GT(cv::countNonZero(*result.mask), 100) << seed;
  }
}

TEST(Augment, LevelsLeaveTheMaskAlone) {
  AugmentOptions options = augment_preset(AugmentPreset::practical);
  options.flip_horizontal = options.flip_vertical = 0;
  options.rotate = options.scale = options.shift = {};
  const cv::Mat1b mask = grey({{0, 255, 0}, {255, 255, 0}, {0, 0, 0}});
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed, "a");
    EXPECT_SAME_IMAGE(*augment(kLetters, &mask, options, random).mask, mask);
  }
}

TEST(Augment, WithoutAMaskTheImageIsTheSame) {
  const cv::Mat1b mask(3, 3, std::uint8_t{255});
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random with(seed, "a");
    Random without(seed, "a");
    EXPECT_SAME_IMAGE(augment(kLetters, &mask, augment_preset(AugmentPreset::practical), with).image,
                      augment(kLetters, nullptr, augment_preset(AugmentPreset::practical), without).image);
  }
}

TEST(Augment, SameKeySameResult) {
  cv::Mat1b image(32, 32);
  for (int i = 0; i < 1024; ++i) image(i / 32, i % 32) = static_cast<std::uint8_t>(i % 251);
  EXPECT_SAME_IMAGE(changed(image, augment_preset(AugmentPreset::practical), 7),
                    changed(image, augment_preset(AugmentPreset::practical), 7));
  EXPECT_NE(values(changed(image, augment_preset(AugmentPreset::practical), 7)),
            values(changed(image, augment_preset(AugmentPreset::practical), 8)));
}

TEST(Augment, AProbabilityChangesItsOwnStepAlone) {
  AugmentOptions options;
  options.flip_vertical = 0.5;
  options.gain = {0.5, 2, 3};
  AugmentOptions others = options;
  others.flip_horizontal = 0;
  others.rotate = others.blur = others.speckle = others.time_gain = others.shadow = {0, 1, 2};
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    EXPECT_SAME_IMAGE(changed(kLetters, options, seed), changed(kLetters, others, seed));
}

TEST(Augment, ProbabilityIsHowOftenAStepIsDone) {
  AugmentOptions options;
  options.flip_horizontal = 0.25;
  int flipped = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed)
    flipped += changed(kLetters, options, seed)(0, 0) == 3 ? 1 : 0;
  EXPECT_NEAR(flipped, 250, 50);
}

TEST(Augment, MaskOfAnotherSizeIsABug) {
  const cv::Mat1b mask(2, 2, std::uint8_t{0});
  EXPECT_EQ(error_of([&] {
              Random random(1, "a");
              augment(kLetters, &mask, {}, random);
            }),
            "70: a mask of 2 x 2 px cannot move with an image of 3 x 3");
}

AugmentDraws drawn(const AugmentOptions& options, std::uint64_t seed) {
  Random random(seed, "a");
  return draw(options, random);
}

// A disc on black: image and mask are the same picture.
cv::Mat1b disc() {
  cv::Mat1b image(64, 64, std::uint8_t{0});
  cv::circle(image, cv::Point(30, 34), 14, cv::Scalar(255), cv::FILLED);
  return image;
}

TEST(Augment, ElasticPullsImageAndMaskTogether) {
  AugmentOptions options;
  options.elastic = always(0.05);
  const cv::Mat1b mask = disc();
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed, "a");
    const Augmented result = augment(mask, &mask, options, random);
    EXPECT_LE(cv::countNonZero((result.image >= 128) != *result.mask), 4) << seed;
    EXPECT_GT(cv::countNonZero(*result.mask != mask), 10) << seed;
    EXPECT_NEAR(cv::countNonZero(*result.mask), cv::countNonZero(mask), 300) << seed;
  }
}

TEST(Augment, ElasticOfNoStrengthDoesNothing) {
  AugmentOptions options;
  options.elastic = always(0);
  EXPECT_SAME_IMAGE(changed(disc(), options), disc());
}

// Half hidden: the upper edge is seen over its middle half, the lower corners lie below the arc.
TEST(Augment, SectorHidesCornersOfImageAndMask) {
  AugmentOptions options;
  options.sector = always(0.5);
  const cv::Mat1b white(100, 100, std::uint8_t{255});
  Random random(1, "a");
  const Augmented result = augment(white, &white, options, random);
  EXPECT_SAME_IMAGE(result.image, *result.mask);
  EXPECT_EQ(cv::countNonZero(result.image.row(0)), 50);
  EXPECT_EQ(result.image(0, 24), 0);
  EXPECT_EQ(result.image(0, 25), 255);
  EXPECT_EQ(result.image(99, 50), 255);
  EXPECT_EQ(result.image(99, 0), 0);
  EXPECT_EQ(result.image(50, 50), 255);
}

TEST(Augment, NewStepsChangeNoDrawOfOthers) {
  AugmentOptions with = augment_preset(AugmentPreset::practical);
  with.elastic.probability = with.sector.probability = 1;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    AugmentDraws a = drawn(with, seed);
    EXPECT_GT(a.elastic, 0);
    EXPECT_GT(a.sector, 0);
    a.elastic = a.sector = 0;
    EXPECT_EQ(text_of(a), text_of(drawn(augment_preset(AugmentPreset::practical), seed)));
  }
}

TEST(Augment, SaysWhatItDoes) {
  AugmentDraws draws;
  EXPECT_EQ(text_of(draws), "nothing");
  draws.flip_vertical = true;
  draws.degrees = -12.345;
  draws.shift_x = 0.05;
  draws.sector = 0.5;
  EXPECT_EQ(text_of(draws), "flip-vertical, rotate -12.3, shift 0.05 0, sector 0.5");
}

TEST(Augment, KeyIsSeedIdAndEpoch) {
  const auto word = [](std::uint64_t seed, const char* id, std::int64_t epoch) {
    return augment_random(seed, id, epoch).word();
  };
  EXPECT_EQ(word(1, "a", 2), word(1, "a", 2));
  EXPECT_NE(word(1, "a", 2), word(2, "a", 2));
  EXPECT_NE(word(1, "a", 2), word(1, "b", 2));
  EXPECT_NE(word(1, "a", 2), word(1, "a", 3));
}

AugmentOptions set(const std::string& name, const std::string& text) {
  for (const AugmentField& field : augment_fields())
    if (field.name == name) return with_augment_text(augment_preset(AugmentPreset::paper), field, text);
  throw Error(Exit::internal, "no field {}", name);
}

TEST(AugmentText, SetsProbabilityAndRange) {
  EXPECT_EQ(set("flip-horizontal", "0.25").flip_horizontal, 0.25);
  EXPECT_EQ(set("rotate", "1").rotate, (Step{1, -30, 30}));
  EXPECT_EQ(set("blur", "0.5:1:2").blur, (Step{0.5, 1, 2}));
}

TEST(AugmentText, ReadsBackWhatItWrote) {
  const AugmentOptions options = augment_preset(AugmentPreset::practical);
  AugmentOptions copy;
  for (const AugmentField& field : augment_fields())
    copy = with_augment_text(copy, field, augment_text(options, field));
  EXPECT_EQ(copy, options);
}

TEST(AugmentText, WrongOnesAreRefused) {
  const auto error = [](const char* name, const char* text) { return error_of([&] { set(name, text); }); };
  EXPECT_EQ(error("rotate", "often"), "2: 'often' is not a number");
  EXPECT_EQ(error("rotate", "1:2"), "2: '1:2' is not P or P:LOW:HIGH");
  EXPECT_EQ(error("flip-vertical", "1:2:3"), "2: '1:2:3' is not P, a probability");
  EXPECT_EQ(error("rotate", "1.5"), "2: probability 1.5 is not in 0 to 1");
  EXPECT_EQ(error("gamma", "1:0:1"), "2: the range 0 to 1 is not within 0.1 to 10");
  EXPECT_EQ(error("gain", "1:2:1"), "2: the range 2 to 1 is empty");
}

TEST(AugmentPresets, AreValid) {
  for (const auto preset : {AugmentPreset::none, AugmentPreset::paper, AugmentPreset::practical})
    EXPECT_EQ(error_of([&] { check(augment_preset(preset)); }), "no error");
}

// As they were before each step had an option of its own.
TEST(AugmentPresets, StandAsTheyAre) {
  EXPECT_EQ(to_json(augment_preset(AugmentPreset::none)).dump(), "{}");
  EXPECT_EQ(to_json(augment_preset(AugmentPreset::practical)).dump(),
            R"({"blur":[0.2,0.3,1.2],"contrast":[0.3,0.8,1.25],"flip_horizontal":0.5,"flip_vertical":0.5,)"
            R"("gain":[0.5,0.8,1.25],"gamma":[0.5,0.7,1.4],"rotate":[0.5,-30.0,30.0],"scale":[0.5,0.8,1.25],)"
            R"("shadow":[0.2,0.3,0.8],"shift":[0.5,-0.1,0.1],"speckle":[0.3,0.03,0.15],)"
            R"("time_gain":[0.3,0.1,0.4]})");
}

TEST(AugmentPresets, PaperFlipsAndTurnsAlone) {
  AugmentOptions expected;
  expected.flip_horizontal = 0.5;
  expected.flip_vertical = 0.5;
  expected.rotate = {0.5, -30, 30};
  EXPECT_EQ(augment_preset(AugmentPreset::paper), expected);
}

TEST(AugmentPresets, PracticalHasEveryStep) {
  const AugmentOptions options = augment_preset(AugmentPreset::practical);
  for (const Step& step :
       {options.rotate, options.scale, options.shift, options.gamma, options.gain, options.contrast,
        options.blur, options.speckle, options.time_gain, options.shadow})
    EXPECT_GT(step.probability, 0);
}

}  // namespace
}  // namespace tn
