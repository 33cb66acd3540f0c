#include "libcore/eval/overlap_metrics.hpp"

#include <gtest/gtest.h>

namespace tn {
namespace {

const Overlap kBothEmpty{.tn = 16};
const Overlap kNothingDrawn{.fp = 4, .tn = 12};
const Overlap kNothingPredicted{.fn = 4, .tn = 12};

const OverlapMetric& named(std::string_view name) {
  for (const OverlapMetric& metric : overlap_metrics())
    if (metric.name == name) return metric;
  throw std::out_of_range("no such metric");
}

TEST(EmptyMasks, AreToldApart) {
  EXPECT_TRUE(both_empty(kBothEmpty) && !drawn_empty(kBothEmpty) && !predicted_empty(kBothEmpty));
  EXPECT_TRUE(drawn_empty(kNothingDrawn) && !both_empty(kNothingDrawn) && !predicted_empty(kNothingDrawn));
  EXPECT_TRUE(predicted_empty(kNothingPredicted) && !both_empty(kNothingPredicted));
}

TEST(EmptyMasks, ScoreMakesTwoEmptyMasksAgree) {
  EXPECT_EQ(value_of(named("dice"), kBothEmpty, EmptyRule::score), 1.0);
  EXPECT_EQ(value_of(named("iou"), kNothingPredicted, EmptyRule::score), 0.0);
}

TEST(EmptyMasks, NanLeavesTheOverlapOfTwoEmptyMasksOpen) {
  EXPECT_EQ(value_of(named("dice"), kBothEmpty, EmptyRule::nan), std::nullopt);
  EXPECT_EQ(value_of(named("iou"), kBothEmpty, EmptyRule::nan), std::nullopt);
  EXPECT_EQ(value_of(class_mean_metric(), kBothEmpty, EmptyRule::nan), std::nullopt);
  EXPECT_EQ(why_undefined(named("dice"), kBothEmpty, EmptyRule::nan), "both masks are empty");
}

TEST(EmptyMasks, NanStillScoresPixelsThatAreRight) {
  EXPECT_EQ(value_of(named("pixel_accuracy"), kBothEmpty, EmptyRule::nan), 1.0);
  EXPECT_EQ(value_of(named("specificity"), kBothEmpty, EmptyRule::nan), 1.0);
}

TEST(EmptyMasks, NanStillCountsAMissedNoduleAsZero) {
  EXPECT_EQ(value_of(named("dice"), kNothingPredicted, EmptyRule::nan), 0.0);
}

TEST(EmptyMasks, DropLeavesOutCasesWithoutADrawnNodule) {
  EXPECT_EQ(value_of(named("pixel_accuracy"), kBothEmpty, EmptyRule::drop), std::nullopt);
  EXPECT_EQ(value_of(named("dice"), kNothingDrawn, EmptyRule::drop), std::nullopt);
  EXPECT_EQ(why_undefined(named("dice"), kNothingDrawn, EmptyRule::drop), "nothing was drawn: left out");
}

TEST(EmptyMasks, DropNeverHidesAMissedNodule) {
  EXPECT_EQ(value_of(named("dice"), kNothingPredicted, EmptyRule::drop), 0.0);
}

TEST(OverlapMetrics, UndefinedOnesSayWhy) {
  EXPECT_EQ(why_undefined(named("precision"), kNothingPredicted, EmptyRule::score), "nothing was predicted");
  EXPECT_EQ(why_undefined(named("sensitivity"), kNothingDrawn, EmptyRule::score), "nothing was drawn");
}

}  // namespace
}  // namespace tn
