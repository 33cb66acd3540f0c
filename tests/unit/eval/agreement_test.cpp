#include "libcore/eval/agreement.hpp"

#include <gtest/gtest.h>

#include "libcore/eval/spread.hpp"
#include "tests/support/expect_error.hpp"

namespace tn {
namespace {

// Cohen 1960: of 50, both yes 20, both no 15; shares of yes 25/50 and 30/50: chance 0.5, kappa 0.4.
TEST(Kappa, HandWorked) {
  EXPECT_DOUBLE_EQ(*kappa(ClassCounts{20, 10, 5, 15}), 0.4);
}

TEST(Kappa, IsOneWhereAllAgreeAndNoneWhereThereIsOneClass) {
  EXPECT_DOUBLE_EQ(*kappa(ClassCounts{3, 0, 0, 4}), 1);
  EXPECT_FALSE(kappa(ClassCounts{3, 0, 0, 0}));
  EXPECT_FALSE(kappa(ClassCounts{}));
}

// Strips of a 10 x 1 image: pixels 0 to last.
std::string strip(int last) {
  return fmt::format(R"([{{"polygon":[[0,0],[{},0],[0,0]]}}])", last);
}

Opinions reader(const std::string& name, std::initializer_list<int> lasts) {
  Opinions one{name, false, {}};
  for (const int last : lasts)
    one.manifest.records.push_back(
        Record::parse(fmt::format(R"({{"id":"{}","size":[10,1],"regions":{},"label":"benign"}})",
                                  one.manifest.records.size(), strip(last)),
                      "test"));
  return one;
}

Opinions model(const std::string& name, std::initializer_list<int> lasts) {
  Opinions one{name, true, {}};
  for (const int last : lasts)
    one.manifest.records.push_back(
        Record::parse(fmt::format(R"({{"id":"{}","pred":{{"regions":{}}},"p_malignant":0.5}})",
                                  one.manifest.records.size(), strip(last)),
                      "test"));
  return one;
}

EvalOptions without_intervals() {
  EvalOptions options;
  options.intervals.resamples = 0;
  return options;
}

TEST(Agreement, ComparesEveryPairOfReadersThenTheModelWithEach) {
  const Agreement found = agreement({reader("a", {3}), reader("b", {7}), reader("c", {3}), model("net", {3})},
                                    without_intervals());
  std::vector<std::string> pairs;
  for (const AgreementPair& pair : found.pairs) pairs.push_back(pair.a + pair.b);
  EXPECT_EQ(pairs, (std::vector<std::string>{"ab", "ac", "bc", "anet", "bnet", "cnet"}));
  EXPECT_DOUBLE_EQ(*found.pairs[0].summary.overlap[0].over_cases.mean, 8.0 / 12);  // 4 of 4 and 8 px
  EXPECT_DOUBLE_EQ(*found.pairs[1].summary.overlap[0].over_cases.mean, 1);
}

TEST(Agreement, ClassOfAModelIsItsCall) {
  const Agreement found =
      agreement({reader("a", {3}), reader("b", {3}), model("net", {3})}, without_intervals());
  EXPECT_EQ(found.pairs[0].classes.counts, (ClassCounts{0, 0, 0, 1}));
  EXPECT_EQ(found.pairs[1].classes.counts, (ClassCounts{0, 1, 0, 0}));  // 0.5 is called malignant
}

TEST(Agreement, CaseThatOneLacksIsMissing) {
  const Agreement found = agreement({reader("a", {3, 4}), reader("b", {3})}, without_intervals());
  EXPECT_EQ(found.pairs[0].summary.counts.mask_scored, 1);
  EXPECT_EQ(found.pairs[0].summary.counts.mask_missing, 1);
}

TEST(Agreement, NothingInCommonIsRefused) {
  Opinions empty{"b", false, {}};
  const test::Thrown thrown = test::thrown_by([&] {
    agreement({reader("a", {3}), empty}, without_intervals());
  });
  EXPECT_EQ(thrown.exit_code, static_cast<int>(Exit::bad_data));
  EXPECT_EQ(thrown.text, "no case has a mask or a class of two readers");
}

// Case 0: readers 4 and 8 px (Dice 8/12), model 8 px: 8/12 with a, 1 with b, mean 10/12.
// Case 1: readers 4 and 4 px (Dice 1), model 8 px: 8/12 with both.
TEST(Spread, HandWorked) {
  const Agreement found =
      agreement({reader("a", {3, 3}), reader("b", {7, 3}), model("net", {7, 7})}, without_intervals());
  const SpreadRow& dice = found.spreads.at(0).rows.at(0);
  EXPECT_EQ(dice.metric, "dice");
  EXPECT_EQ(dice.cases, 2U);
  EXPECT_DOUBLE_EQ(dice.readers, (8.0 / 12 + 1) / 2);
  EXPECT_DOUBLE_EQ(dice.model, (10.0 / 12 + 8.0 / 12) / 2);
  EXPECT_EQ(dice.as_good, 1U);
  EXPECT_EQ(dice.verdict, SpreadVerdict::open);
}

TEST(Spread, VerdictFollowsTheIntervalAndItsDirection) {
  EvalOptions options;
  const auto verdicts = [&](std::initializer_list<int> predicted) {
    const Agreement found =
        agreement({reader("a", {3, 3, 3, 3}), reader("b", {7, 7, 7, 7}), model("net", predicted)}, options);
    std::vector<SpreadVerdict> result;
    for (const SpreadRow& row : found.spreads[0].rows)
      if (row.metric == "dice" || row.metric == "hd95") result.push_back(row.verdict);
    return result;
  };
  using enum SpreadVerdict;
  EXPECT_EQ(verdicts({5, 5, 5, 5}), (std::vector{better, better}));
  EXPECT_EQ(verdicts({0, 0, 0, 0}), (std::vector{worse, worse}));
  EXPECT_EQ(verdicts({5, 0, 5, 0}), (std::vector{within, within}));
}

}  // namespace
}  // namespace tn
