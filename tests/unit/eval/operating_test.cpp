#include "libcore/eval/operating.hpp"

#include <gtest/gtest.h>

namespace tn {
namespace {

// From the most probable down: M 0.9, B 0.7, M M B 0.6, B 0.3, M 0.2, B 0.1. Going down the steps 0.9, 0.7,
// 0.6, 0.3, 0.2, 0.1 sensitivity is 1/4 1/4 3/4 3/4 1 1 and specificity 1 3/4 2/4 1/4 1/4 0.
const std::vector<ScoredCase> kEight{{0.9, true},  {0.6, true},  {0.6, true},  {0.2, true},
                                     {0.7, false}, {0.6, false}, {0.3, false}, {0.1, false}};

TEST(OperatingPoint, SensitivityIsReachedAtTheHighestThreshold) {
  EXPECT_EQ(point_at(kEight, Fixed::sensitivity, 0.25)->threshold, 0.9);
  EXPECT_EQ(point_at(kEight, Fixed::sensitivity, 0.26)->threshold, 0.6);
  EXPECT_EQ(point_at(kEight, Fixed::sensitivity, 0.75)->threshold, 0.6);
  EXPECT_EQ(point_at(kEight, Fixed::sensitivity, 1)->threshold, 0.2);
  EXPECT_EQ(point_at(kEight, Fixed::sensitivity, 1)->counts, (ClassCounts{4, 3, 0, 1}));
}

TEST(OperatingPoint, SpecificityIsKeptWithTheMostSensitivity) {
  EXPECT_EQ(point_at(kEight, Fixed::specificity, 0.5)->threshold, 0.6);
  EXPECT_EQ(point_at(kEight, Fixed::specificity, 0.5)->counts, (ClassCounts{3, 2, 1, 2}));
  EXPECT_EQ(point_at(kEight, Fixed::specificity, 0.51)->threshold, 0.9);
  EXPECT_EQ(point_at(kEight, Fixed::specificity, 0.25)->threshold, 0.2);
  EXPECT_EQ(point_at(kEight, Fixed::specificity, 1)->counts, (ClassCounts{1, 0, 3, 4}));
}

TEST(OperatingPoint, SpecificityMayAllowNoCallAtAll) {
  const OperatingPoint found =
      *point_at(std::vector<ScoredCase>{{0.9, false}, {0.8, true}}, Fixed::specificity, 1);
  EXPECT_FALSE(found.threshold);
  EXPECT_EQ(found.counts, (ClassCounts{0, 0, 1, 1}));
}

TEST(OperatingPoint, ThresholdItselfIsCalledMalignant) {
  EXPECT_EQ(point_at(kEight, Fixed::threshold, 0.6)->counts, (ClassCounts{3, 2, 1, 2}));
  EXPECT_EQ(point_at(kEight, Fixed::threshold, 0.61)->counts, (ClassCounts{1, 1, 3, 3}));
  EXPECT_EQ(point_at(kEight, Fixed::threshold, 0)->counts, (ClassCounts{4, 4, 0, 0}));
}

TEST(OperatingPoint, ShareOfAMissingClassIsNone) {
  const std::vector<ScoredCase> one{{0.9, true}};
  EXPECT_FALSE(point_at(one, Fixed::sensitivity, 0.5));
  EXPECT_FALSE(point_at(one, Fixed::specificity, 0.5));
  EXPECT_TRUE(point_at(one, Fixed::threshold, 0.5));
}

std::vector<CaseScore> as_scores(const std::vector<ScoredCase>& cases) {
  std::vector<CaseScore> scores;
  for (const ScoredCase& one : cases) {
    CaseScore score;
    score.id = std::to_string(scores.size());
    score.malignant = one.malignant;
    score.p_malignant = one.p_malignant;
    scores.push_back(score);
  }
  return scores;
}

TEST(DecisionCurve, HandWorkedNetBenefit) {
  OperatingOptions options;
  options.decision_curve = true;
  const Operating found = *operating(as_scores(kEight), options, {.resamples = 0});
  ASSERT_EQ(found.curve.size(), 99U);
  EXPECT_DOUBLE_EQ(found.curve[49].threshold, 0.5);  // TP 3, FP 2, odds 1
  EXPECT_DOUBLE_EQ(found.curve[49].model, 1.0 / 8);
  EXPECT_DOUBLE_EQ(found.curve[49].all, 0);
  EXPECT_DOUBLE_EQ(found.curve[24].model, 3.0 / 8 - 3.0 / 8 / 3);  // at 0.25: TP 3, FP 3, odds 1/3
  EXPECT_DOUBLE_EQ(found.curve[24].all, 4.0 / 8 - 4.0 / 8 / 3);
  EXPECT_DOUBLE_EQ(found.curve[79].model, 1.0 / 8);  // at 0.8: TP 1
}

TEST(Operating, IntervalsAreTheSameForAnyNumberOfThreads) {
  OperatingOptions options;
  options.at_specificity = {0.5};
  options.decision_curve = true;
  IntervalOptions one, two;
  one.jobs = 1;
  two.jobs = 2;
  const Operating a = *operating(as_scores(kEight), options, one),
                  b = *operating(as_scores(kEight), options, two);
  EXPECT_LT(*a.points[0].sensitivity.low, *a.points[0].sensitivity.high);
  EXPECT_EQ(a.points[0].sensitivity.low, b.points[0].sensitivity.low);
  EXPECT_EQ(a.curve[49].range.high, b.curve[49].range.high);
}

TEST(Operating, FixedThresholdHasTheBootstrapsOwnInterval) {
  const std::vector<CaseScore> cases = as_scores(kEight);
  OperatingOptions options;
  options.at_threshold = {0.6};
  const Operating found = *operating(cases, options, {});
  const Intervals whole = *intervals(cases, EmptyRule::score, 0.6, {}, {});
  for (const Interval& one : whole.of)
    if (one.name == "class.sensitivity") {
      EXPECT_EQ(found.points[0].sensitivity.low, one.low);
      EXPECT_EQ(found.points[0].sensitivity.high, one.high);
    }
}

TEST(Operating, NothingAskedIsNothing) {
  EXPECT_FALSE(operating(as_scores(kEight), {}, {}));
}

}  // namespace
}  // namespace tn
