#include "libcore/eval/summary.hpp"

#include <gtest/gtest.h>

namespace tn {
namespace {

CaseScore with_mask(const Overlap& counts) {
  CaseScore score;
  score.counts = counts;
  return score;
}

CaseScore with_class(bool malignant, double p) {
  CaseScore score;
  score.malignant = malignant;
  score.p_malignant = p;
  return score;
}

const MetricSummary& dice_of(const Summary& summary) {
  return summary.overlap.front();
}

// Dice 1 of a small nodule, 0.5 of a large one.
const std::vector<CaseScore> kTwo{with_mask({.tp = 1, .tn = 99}),
                                  with_mask({.tp = 10, .fp = 10, .fn = 10, .tn = 70})};

TEST(Summary, MeanOverCasesWeighsEveryCaseTheSame) {
  EXPECT_DOUBLE_EQ(*dice_of(summarize(kTwo, EmptyRule::score, 0.5)).over_cases.mean, 0.75);
}

TEST(Summary, PooledDiceWeighsEveryPixelTheSame) {
  EXPECT_DOUBLE_EQ(*dice_of(summarize(kTwo, EmptyRule::score, 0.5)).pooled, 22.0 / 42.0);
}

TEST(Summary, ClassMeanTakesTheBackgroundInForEachCase) {
  // case one: (1 + 1) / 2; case two: (0.5 + 140/160) / 2
  EXPECT_DOUBLE_EQ(*summarize(kTwo, EmptyRule::score, 0.5).class_mean_dice, (1 + 0.6875) / 2);
}

TEST(Summary, MissingPredictionsAreCountedAndNotScored) {
  CaseScore missing;
  missing.mask_missing = missing.class_missing = true;
  std::vector<CaseScore> cases = kTwo;
  cases.push_back(missing);
  const Summary summary = summarize(cases, EmptyRule::score, 0.5);
  EXPECT_EQ(summary.counts.mask_missing, 1);
  EXPECT_EQ(summary.counts.class_missing, 1);
  EXPECT_EQ(summary.counts.mask_scored, 2);
  EXPECT_EQ(dice_of(summary).over_cases.n, 2);
}

TEST(Summary, FailedRecordsAreCountedAndNothingOfThemIsScored) {
  CaseScore failed = with_class(true, 0.9);
  failed.error = "no such file";
  failed.failed_here = true;
  const Summary summary = summarize(std::vector{failed}, EmptyRule::score, 0.5);
  EXPECT_EQ(summary.counts.failed, 1);
  EXPECT_EQ(summary.counts.failed_here, 1);
  EXPECT_EQ(summary.counts.class_scored + summary.counts.class_no_truth, 0);
  EXPECT_FALSE(summary.any_scored());
}

TEST(Summary, PatientsAreCountedOnce) {
  std::vector<CaseScore> cases(4);
  cases[0].patient = cases[1].patient = "1";
  cases[2].patient = "2";
  EXPECT_EQ(summarize(cases, EmptyRule::score, 0.5).counts.patients, 2);
}

TEST(Summary, DroppedCasesAreOutOfThePooledCounts) {
  const std::vector<CaseScore> cases{with_mask({.tp = 2, .tn = 2}), with_mask({.fp = 2, .tn = 2})};
  const Summary summary = summarize(cases, EmptyRule::drop, 0.5);
  EXPECT_EQ(summary.pooled, (Overlap{.tp = 2, .tn = 2}));
  EXPECT_EQ(summary.counts.mask_dropped, 1);
  EXPECT_EQ(summary.counts.mask_scored, 1);
  EXPECT_EQ(summary.counts.drawn_empty, 1);
}

TEST(Summary, NanTakesCasesOutOfTheMeanAndKeepsThemCounted) {
  const std::vector<CaseScore> cases{with_mask({.tp = 1, .fp = 2, .tn = 1}), with_mask({.tn = 4})};
  const Summary summary = summarize(cases, EmptyRule::nan, 0.5);
  EXPECT_DOUBLE_EQ(*dice_of(summary).over_cases.mean, 0.5);
  EXPECT_EQ(dice_of(summary).over_cases.n, 1);
  EXPECT_EQ(summary.counts.mask_scored, 2);
  EXPECT_EQ(summary.counts.both_empty, 1);
}

TEST(Summary, ClassNumbersUseTheThreshold) {
  const std::vector<CaseScore> cases{with_class(true, 0.4), with_class(false, 0.2)};
  EXPECT_DOUBLE_EQ(*class_value(summarize(cases, EmptyRule::score, 0.5).classes, "accuracy"), 0.5);
  EXPECT_DOUBLE_EQ(*class_value(summarize(cases, EmptyRule::score, 0.4).classes, "accuracy"), 1);
}

TEST(Summary, UndefinedClassNumbersSayWhichClassIsMissing) {
  EXPECT_EQ(why_undefined("auroc", ClassCounts{.fp = 1, .tn = 1}), "no malignant case");
  EXPECT_EQ(why_undefined("auroc", ClassCounts{.tp = 1}), "no benign case");
  EXPECT_EQ(why_undefined("ppv", ClassCounts{.fn = 1, .tn = 1}), "no case was called malignant");
  EXPECT_EQ(why_undefined("npv", ClassCounts{.tp = 1, .fp = 1}), "no case was called benign");
  EXPECT_EQ(why_undefined("mcc", ClassCounts{.tp = 1, .fp = 1}), "every case got the same call");
  EXPECT_EQ(why_undefined("f1", ClassCounts{.tn = 1}), "no malignant case, and none called so");
  EXPECT_EQ(why_undefined("auroc", ClassCounts{}), "no labelled case has a probability");
}

}  // namespace
}  // namespace tn
