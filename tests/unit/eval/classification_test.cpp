#include "libcore/eval/classification.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace tn {
namespace {

const std::vector<ScoredCase> kFour = {{0.1, false}, {0.4, false}, {0.35, true}, {0.8, true}};

TEST(ClassCounts, MalignantIsThePositiveClass) {
  EXPECT_EQ(class_counts(kFour, 0.38), (ClassCounts{.tp = 1, .fp = 1, .fn = 1, .tn = 1}));
}

TEST(ClassCounts, ProbabilityAtTheThresholdIsMalignant) {
  EXPECT_EQ(class_counts(kFour, 0.4), (ClassCounts{.tp = 1, .fp = 1, .fn = 1, .tn = 1}));
}

TEST(ClassNumbers, HandWorked) {
  const ClassCounts counts{.tp = 3, .fp = 2, .fn = 1, .tn = 4};
  EXPECT_DOUBLE_EQ(*accuracy(counts), 0.7);
  EXPECT_DOUBLE_EQ(*sensitivity(counts), 0.75);
  EXPECT_DOUBLE_EQ(*specificity(counts), 4.0 / 6.0);
  EXPECT_DOUBLE_EQ(*balanced_accuracy(counts), (0.75 + 4.0 / 6.0) / 2);
}

TEST(ClassNumbers, WithoutAMalignantCaseBalancedAccuracyIsNothing) {
  const ClassCounts counts{.fp = 1, .tn = 4};
  EXPECT_EQ(sensitivity(counts), std::nullopt);
  EXPECT_EQ(balanced_accuracy(counts), std::nullopt);
  EXPECT_DOUBLE_EQ(*accuracy(counts), 0.8);
}

TEST(ClassNumbers, WithoutCasesAccuracyIsNothing) {
  EXPECT_EQ(accuracy(class_counts({}, 0.5)), std::nullopt);
}

TEST(Auroc, CountsPairsThatAreInOrder) {
  // pairs: .35>.1 yes, .35>.4 no, .8>.1 yes, .8>.4 yes
  EXPECT_DOUBLE_EQ(*auroc(kFour), 0.75);
}

TEST(Auroc, TieIsHalfAWin) {
  EXPECT_DOUBLE_EQ(*auroc(std::vector<ScoredCase>{{0.5, false}, {0.5, true}, {0.2, false}}), 0.75);
}

TEST(Auroc, OneProbabilityForAllIsOneHalf) {
  EXPECT_DOUBLE_EQ(*auroc(std::vector<ScoredCase>{{0.3, true}, {0.3, false}, {0.3, false}}), 0.5);
}

TEST(Auroc, PerfectAndReversedOrder) {
  EXPECT_EQ(auroc(std::vector<ScoredCase>{{0.1, false}, {0.9, true}}), 1.0);
  EXPECT_EQ(auroc(std::vector<ScoredCase>{{0.9, false}, {0.1, true}}), 0.0);
}

TEST(Auroc, WithOneClassIsNothing) {
  EXPECT_EQ(auroc(std::vector<ScoredCase>{{0.1, true}, {0.9, true}}), std::nullopt);
  EXPECT_EQ(auroc({}), std::nullopt);
}

TEST(Auroc, ProbabilityThatIsNoNumberIsNothing) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(auroc(std::vector<ScoredCase>{{nan, true}, {0.9, false}}), std::nullopt);
}

}  // namespace
}  // namespace tn
