#include "libcore/eval/subgroups.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tn {
namespace {

using testing::ElementsAre;

CaseScore drawn(std::int64_t pixels) {
  CaseScore score;
  score.counts = Overlap{.tp = pixels, .tn = 100 - pixels};
  score.groups = {""};
  return score;
}

std::vector<std::string> values_of(const std::vector<Subgroup>& parts) {
  std::vector<std::string> values;
  for (const Subgroup& part : parts)
    values.push_back(part.value + ":" + std::to_string(part.summary.counts.records));
  return values;
}

TEST(Subgroups, EveryRecordIsInOnePartOfEachKey) {
  std::vector<CaseScore> cases(3);
  cases[0].groups = {"benign", "a"};
  cases[1].groups = {"malignant", "a"};
  cases[2].groups = {"benign", "null"};
  EXPECT_THAT(values_of(subgroups(cases, {"label", "site"}, EmptyRule::score, 0.5)),
              ElementsAre("benign:2", "malignant:1", "a:2", "null:1"));
}

TEST(Subgroups, EachPartHasItsOwnNumbers) {
  std::vector<CaseScore> cases{drawn(10), drawn(20)};
  cases[1].counts = Overlap{.fn = 20, .tn = 80};
  cases[0].groups = {"a"};
  cases[1].groups = {"b"};
  const auto parts = subgroups(cases, {"site"}, EmptyRule::score, 0.5);
  EXPECT_EQ(parts.at(0).summary.overlap.front().over_cases.mean, 1.0);
  EXPECT_EQ(parts.at(1).summary.overlap.front().over_cases.mean, 0.0);
}

TEST(NoduleSize, ThirdsAreCutOverTheDrawnShare) {
  const std::vector<CaseScore> cases{drawn(60), drawn(10), drawn(50), drawn(20), drawn(30), drawn(40)};
  const auto parts = subgroups(cases, {"nodule-size"}, EmptyRule::score, 0.5);
  EXPECT_THAT(values_of(parts), ElementsAre("small:2", "medium:2", "large:2"));
  EXPECT_EQ(parts.at(0).summary.pooled.tp, 30);   // 10 + 20
  EXPECT_EQ(parts.at(2).summary.pooled.tp, 110);  // 50 + 60
}

TEST(NoduleSize, EqualSizesStayTogether) {
  const std::vector<CaseScore> cases{drawn(10), drawn(10), drawn(10), drawn(20)};
  EXPECT_THAT(values_of(subgroups(cases, {"nodule-size"}, EmptyRule::score, 0.5)),
              ElementsAre("small:3", "large:1"));
}

TEST(NoduleSize, CasesWithoutANoduleAreAPartOfTheirOwn) {
  CaseScore failed;
  failed.error = "cut off";
  failed.groups = {""};
  const std::vector<CaseScore> cases{drawn(0), drawn(10), failed};
  EXPECT_THAT(values_of(subgroups(cases, {"nodule-size"}, EmptyRule::score, 0.5)),
              ElementsAre("small:1", "none:2"));
}

TEST(NoduleSize, WithoutAnyNoduleThereAreNoThirds) {
  const std::vector<CaseScore> cases{drawn(0)};
  EXPECT_THAT(values_of(subgroups(cases, {"nodule-size"}, EmptyRule::score, 0.5)), ElementsAre("none:1"));
}

}  // namespace
}  // namespace tn
