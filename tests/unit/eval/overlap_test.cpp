#include "libcore/eval/overlap.hpp"

#include <gtest/gtest.h>

#include "libcore/base/error.hpp"
#include "tests/support/expect_error.hpp"

namespace tn {
namespace {

const cv::Mat1b kEmpty(2, 2, std::uint8_t{0});
const cv::Mat1b kFull(2, 2, std::uint8_t{255});

TEST(OverlapCounts, EachPixelIsCountedOnce) {
  const cv::Mat1b predicted = (cv::Mat1b(2, 3) << 255, 255, 0, 0, 255, 0);
  const cv::Mat1b drawn = (cv::Mat1b(2, 3) << 255, 0, 255, 0, 255, 0);
  EXPECT_EQ(overlap(predicted, drawn), (Overlap{.tp = 2, .fp = 1, .fn = 1, .tn = 2}));
}

TEST(OverlapCounts, AnyValueAboveZeroIsNodule) {
  const cv::Mat1b predicted = (cv::Mat1b(1, 2) << 1, 0);
  const cv::Mat1b drawn = (cv::Mat1b(1, 2) << 255, 0);
  EXPECT_EQ(overlap(predicted, drawn), (Overlap{.tp = 1, .tn = 1}));
}

TEST(OverlapCounts, RegionOfALargerImageIsReadRowByRow) {
  cv::Mat1b large(4, 4, std::uint8_t{255});
  large(cv::Rect(1, 1, 2, 2)) = 0;
  EXPECT_EQ(overlap(large(cv::Rect(1, 1, 2, 2)), kFull), (Overlap{.fn = 4}));
}

// No pixel is looked at, so that one row of memory serves for all.
TEST(OverlapCounts, MorePixelsThanOpenCvCountsAreRefused) {
  std::vector<std::uint8_t> row(65536);
  const cv::Mat1b large(32768, 65536, row.data(), 65536);
  EXPECT_EQ(test::thrown_by([&] { overlap(large, large); }).exit_code, 65);
}

TEST(OverlapCounts, MasksOfDifferentSizeAreRefusedWithBothSizes) {
  try {
    overlap(cv::Mat1b(4, 3, std::uint8_t{0}), kEmpty);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "the predicted mask is 3x4 px, the drawn one 2x2 px");
    EXPECT_EQ(error.exit_code(), Exit::bad_data);
  }
}

TEST(OverlapCounts, SumIsPooledByCount) {
  EXPECT_EQ((Overlap{1, 2, 3, 4} + Overlap{10, 20, 30, 40}), (Overlap{11, 22, 33, 44}));
}

// METHOD 7: the numbers of one fixed confusion, by hand. tp 3, fp 1, fn 2, tn 10.
const Overlap kFixed{.tp = 3, .fp = 1, .fn = 2, .tn = 10};

TEST(OverlapNumbers, DiceIsTwiceSharedOverSumOfAreas) {
  EXPECT_DOUBLE_EQ(dice(kFixed), 6.0 / 9.0);
}

TEST(OverlapNumbers, IouIsSharedOverUnion) {
  EXPECT_DOUBLE_EQ(iou(kFixed), 3.0 / 6.0);
}

TEST(OverlapNumbers, BackgroundDiceTakesTheBackgroundAsClass) {
  EXPECT_DOUBLE_EQ(background_dice(kFixed), 20.0 / 23.0);
}

TEST(OverlapNumbers, ClassMeanDiceIsTheMeanOfBoth) {
  EXPECT_DOUBLE_EQ(class_mean_dice(kFixed), (6.0 / 9.0 + 20.0 / 23.0) / 2);
}

TEST(OverlapNumbers, PixelAccuracyIsTheShareOfRightPixels) {
  EXPECT_DOUBLE_EQ(pixel_accuracy(kFixed), 13.0 / 16.0);
}

TEST(OverlapNumbers, PrecisionSensitivitySpecificity) {
  EXPECT_DOUBLE_EQ(*precision(kFixed), 3.0 / 4.0);
  EXPECT_DOUBLE_EQ(*sensitivity(kFixed), 3.0 / 5.0);
  EXPECT_DOUBLE_EQ(*specificity(kFixed), 10.0 / 11.0);
}

TEST(OverlapNumbers, TwoEmptyMasksAgree) {
  const Overlap counts = overlap(kEmpty, kEmpty);
  EXPECT_EQ(dice(counts), 1);
  EXPECT_EQ(iou(counts), 1);
  EXPECT_EQ(class_mean_dice(counts), 1);
}

TEST(OverlapNumbers, OneEmptyMaskScoresZero) {
  EXPECT_EQ(dice(overlap(kEmpty, kFull)), 0);
  EXPECT_EQ(iou(overlap(kFull, kEmpty)), 0);
}

TEST(OverlapNumbers, ZeroOverZeroIsNothing) {
  EXPECT_EQ(precision(overlap(kEmpty, kFull)), std::nullopt);
  EXPECT_EQ(sensitivity(overlap(kFull, kEmpty)), std::nullopt);
  EXPECT_EQ(specificity(overlap(kFull, kFull)), std::nullopt);
}

}  // namespace
}  // namespace tn
