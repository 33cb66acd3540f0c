#include "libcore/data/split.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "libcore/base/random.hpp"
#include "libcore/data/split_table.hpp"

namespace {

using testing::ElementsAre;
using tn::SplitItems;

const std::vector<double> kPaper{7, 1, 2};

std::vector<std::size_t> sizes_of(const std::vector<std::uint32_t>& parts, std::size_t count) {
  std::vector<std::size_t> sizes(count);
  for (const std::uint32_t part : parts) ++sizes.at(part);
  return sizes;
}

// Items of each stratum, one after another.
SplitItems in_strata(const std::vector<std::size_t>& sizes) {
  SplitItems items;
  for (std::size_t s = 0; s < sizes.size(); ++s)
    items.stratum.insert(items.stratum.end(), sizes[s], static_cast<std::uint32_t>(s));
  return items;
}

TEST(Apportion, ThePapersTotals) {
  EXPECT_THAT(tn::apportion(3644, kPaper), ElementsAre(2551, 364, 729));
}
TEST(Apportion, GivesTheLargestRemainderFirst) {
  // Shares of 10: 3.33 3.33 3.33 -> the tie goes to the first. Of 7: 4.9 0.7 1.4 -> 5 1 1.
  EXPECT_THAT(tn::apportion(10, std::vector<double>{1, 1, 1}), ElementsAre(4, 3, 3));
  EXPECT_THAT(tn::apportion(7, kPaper), ElementsAre(5, 1, 1));
}
TEST(Apportion, SharesBelowOneAreTheSame) {
  EXPECT_THAT(tn::apportion(3644, std::vector<double>{0.7, 0.1, 0.2}), ElementsAre(2551, 364, 729));
  EXPECT_THAT(tn::apportion(10, std::vector<double>{0.7, 0.1, 0.2}), ElementsAre(7, 1, 2));
}
TEST(Apportion, NothingForAWeightOfZero) {
  EXPECT_THAT(tn::apportion(3, std::vector<double>{1, 0, 1}), ElementsAre(2, 0, 1));
}
TEST(Apportion, OfNothing) {
  EXPECT_THAT(tn::apportion(0, kPaper), ElementsAre(0, 0, 0));
}

// The controlled rounding: sums as wanted, every cell the exact share rounded down or up.
void expect_controlled(const std::vector<std::size_t>& sizes, const std::vector<double>& weights) {
  const auto exact = tn::exact_shares(sizes, weights);
  const auto whole = tn::whole_shares(sizes, weights);
  const std::size_t n = std::accumulate(sizes.begin(), sizes.end(), std::size_t{0});
  std::vector<std::size_t> columns(weights.size());
  for (std::size_t row = 0; row < sizes.size(); ++row) {
    std::size_t sum = 0;
    for (std::size_t part = 0; part < weights.size(); ++part) {
      const auto cell = static_cast<double>(whole.at(row, part));
      ASSERT_LT(std::abs(cell - exact.at(row, part)), 1) << "row " << row << " part " << part;
      sum += whole.at(row, part);
      columns[part] += whole.at(row, part);
    }
    ASSERT_EQ(sum, sizes[row]);
  }
  ASSERT_EQ(columns, tn::apportion(n, weights));
}

TEST(WholeShares, KeepTotalsAndStrataWithinOne) {
  tn::Random random(3, "tables");
  for (int trial = 0; trial < 300; ++trial) {
    std::vector<std::size_t> sizes(1 + random.below(30));
    for (std::size_t& size : sizes) size = random.below(40);
    std::vector<double> weights(2 + random.below(9));
    for (double& weight : weights) weight = static_cast<double>(random.below(5));
    weights[0] += 1;
    expect_controlled(sizes, weights);
  }
}
TEST(WholeShares, StrataOfOneItem) {
  expect_controlled(std::vector<std::size_t>(10, 1), kPaper);
}

TEST(ShareOut, SameSeedSameParts) {
  const SplitItems items = in_strata({40, 60});
  EXPECT_EQ(tn::share_out(items, kPaper, 7), tn::share_out(items, kPaper, 7));
}
TEST(ShareOut, AnotherSeedAnotherSplit) {
  const SplitItems items = in_strata({40, 60});
  EXPECT_NE(tn::share_out(items, kPaper, 7), tn::share_out(items, kPaper, 8));
}
TEST(ShareOut, PartsDoNotFollowTheOrderOfItems) {
  const std::vector<std::uint32_t> parts = tn::share_out(in_strata({100}), kPaper, 7);
  EXPECT_FALSE(std::is_sorted(parts.begin(), parts.end()));
}
TEST(ShareOut, OfNothingIsNothing) {
  EXPECT_TRUE(tn::share_out({}, kPaper, 7).empty());
}

TEST(ShareOut, ThousandRandomSetsAreWithinOneOfTheOptimum) {
  tn::Random random(5, "sets");
  for (int trial = 0; trial < 1000; ++trial) {
    std::vector<std::size_t> strata(1 + random.below(8));
    for (std::size_t& size : strata) size = random.below(25);
    const SplitItems items = in_strata(strata);
    const auto parts = tn::share_out(items, kPaper, static_cast<std::uint64_t>(trial));
    ASSERT_EQ(parts.size(), items.stratum.size());  // the union is complete
    ASSERT_EQ(sizes_of(parts, 3), tn::apportion(parts.size(), kPaper));
    const auto exact = tn::exact_shares(strata, kPaper);
    tn::SplitTable<double> found(strata.size(), 3);
    for (std::size_t i = 0; i < parts.size(); ++i) found.at(items.stratum[i], parts[i]) += 1;
    for (std::size_t row = 0; row < strata.size(); ++row)
      for (std::size_t part = 0; part < 3; ++part)
        ASSERT_LT(std::abs(found.at(row, part) - exact.at(row, part)), 1);
  }
}

// Groups of 1 to `largest` items with strata drawn at random.
SplitItems in_groups(tn::Random& random, std::size_t groups, std::size_t largest, std::size_t strata) {
  SplitItems items;
  for (std::uint32_t group = 0; group < groups; ++group) {
    const std::size_t size = 1 + random.below(largest);
    for (std::size_t i = 0; i < size; ++i) {
      items.group.push_back(group);
      items.stratum.push_back(static_cast<std::uint32_t>(random.below(strata)));
    }
  }
  return items;
}

TEST(ShareOutGroups, ThousandRandomSetsDivideNoGroup) {
  tn::Random random(6, "groups");
  for (int trial = 0; trial < 1000; ++trial) {
    const SplitItems items = in_groups(random, 1 + random.below(30), 5, 1 + random.below(6));
    const auto parts = tn::share_out(items, kPaper, static_cast<std::uint64_t>(trial));
    ASSERT_EQ(parts.size(), items.group.size());
    std::map<std::uint32_t, std::uint32_t> part_of;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      ASSERT_LT(parts[i], 3U);
      ASSERT_EQ(part_of.emplace(items.group[i], parts[i]).first->second, parts[i]);
    }
  }
}
TEST(ShareOutGroups, GroupsOfOneAreAsExactAsNone) {
  SplitItems items = in_strata({13, 20, 31});
  for (std::uint32_t i = 0; i < items.stratum.size(); ++i) items.group.push_back(i);
  const auto parts = tn::share_out(items, kPaper, 7);
  EXPECT_EQ(sizes_of(parts, 3), tn::apportion(64, kPaper));
}
TEST(ShareOutGroups, AWeightOfZeroGetsNothing) {
  tn::Random random(7, "groups");
  const auto parts = tn::share_out(in_groups(random, 40, 4, 3), std::vector<double>{8, 0, 2}, 7);
  EXPECT_EQ(sizes_of(parts, 3)[1], 0U);
}
// As deep as there are groups, a search of every placing would leave the stack.
TEST(ShareOutGroups, OnePartGetsAllOfManyGroups) {
  SplitItems items;
  for (std::uint32_t i = 0; i < 300'000; ++i) {
    items.stratum.push_back(0);
    items.group.push_back(i / 2);
  }
  EXPECT_THAT(sizes_of(tn::share_out(items, std::vector<double>{0, 1, 0}, 1), 3), ElementsAre(0, 300'000, 0));
}
TEST(ShareOutGroups, SizesAreExactWhereSmallGroupsFillTheGaps) {
  tn::Random random(8, "groups");
  const SplitItems items = in_groups(random, 300, 4, 6);
  const auto parts = tn::share_out(items, kPaper, 7);
  EXPECT_EQ(sizes_of(parts, 3), tn::apportion(parts.size(), kPaper));
}
TEST(ShareOutGroups, StrataStayWithinTwoAmongManyPatients) {
  tn::Random random(9, "groups");
  const SplitItems items = in_groups(random, 300, 4, 6);
  const auto parts = tn::share_out(items, kPaper, 7);
  const auto exact = tn::exact_shares(tn::stratum_sizes(items.stratum), kPaper);
  tn::SplitTable<double> found(6, 3);
  for (std::size_t i = 0; i < parts.size(); ++i) found.at(items.stratum[i], parts[i]) += 1;
  for (std::size_t row = 0; row < 6; ++row)
    for (std::size_t part = 0; part < 3; ++part)
      EXPECT_LT(std::abs(found.at(row, part) - exact.at(row, part)), 2);
}
TEST(ShareOutGroups, SameSeedSameParts) {
  tn::Random random(10, "groups");
  const SplitItems items = in_groups(random, 50, 4, 3);
  EXPECT_EQ(tn::share_out(items, kPaper, 7), tn::share_out(items, kPaper, 7));
  EXPECT_NE(tn::share_out(items, kPaper, 7), tn::share_out(items, kPaper, 8));
}

// What the search minimises: squared differences of sizes (times 8) and of strata.
double distance(const SplitItems& items, const std::vector<std::uint32_t>& parts) {
  const auto sizes = sizes_of(parts, 3);
  const auto wanted = tn::apportion(parts.size(), kPaper);
  double sum = 0;
  for (std::size_t p = 0; p < 3; ++p)
    sum += 8 * std::pow(static_cast<double>(sizes[p]) - static_cast<double>(wanted[p]), 2);
  const auto exact = tn::exact_shares(tn::stratum_sizes(items.stratum), kPaper);
  tn::SplitTable<double> found(exact.rows(), 3);
  for (std::size_t i = 0; i < parts.size(); ++i) found.at(items.stratum[i], parts[i]) += 1;
  for (std::size_t row = 0; row < exact.rows(); ++row)
    for (std::size_t p = 0; p < 3; ++p) sum += std::pow(found.at(row, p) - exact.at(row, p), 2);
  return sum;
}

TEST(ShareOutGroups, ComesNearTheBestOfAllPlacings) {
  tn::Random random(11, "groups");
  double found = 0;
  double best = 0;
  for (int trial = 0; trial < 20; ++trial) {
    const SplitItems items = in_groups(random, 8, 5, 3);
    double least = std::numeric_limits<double>::infinity();
    std::vector<std::uint32_t> parts(items.group.size());
    for (int code = 0; code < 6561; ++code) {  // 3^8
      std::array<std::uint32_t, 8> part_of{};
      for (int g = 0, rest = code; g < 8; ++g, rest /= 3) part_of.at(g) = rest % 3;
      for (std::size_t i = 0; i < parts.size(); ++i) parts[i] = part_of.at(items.group[i]);
      least = std::min(least, distance(items, parts));
    }
    best += least;
    found += distance(items, tn::share_out(items, kPaper, static_cast<std::uint64_t>(trial)));
  }
  EXPECT_LE(found, 1.15 * best);
}

// The least distance of all placings of the groups, by plain counting.
double least_distance(const SplitItems& items, std::size_t groups) {
  double least = std::numeric_limits<double>::infinity();
  std::size_t codes = 1;
  for (std::size_t g = 0; g < groups; ++g) codes *= 3;
  std::vector<std::uint32_t> parts(items.group.size());
  for (std::size_t code = 0; code < codes; ++code) {
    std::vector<std::uint32_t> part_of;
    for (std::size_t g = 0, rest = code; g < groups; ++g, rest /= 3)
      part_of.push_back(static_cast<std::uint32_t>(rest % 3));
    for (std::size_t i = 0; i < parts.size(); ++i) parts[i] = part_of[items.group[i]];
    least = std::min(least, distance(items, parts));
  }
  return least;
}

TEST(ShareOutGroups, FewGroupsAreAsNearAsTheyCanBeInAThousandRandomSets) {
  tn::Random random(12, "groups");
  for (int trial = 0; trial < 1000; ++trial) {
    const std::size_t groups = 1 + random.below(6);
    const SplitItems items = in_groups(random, groups, 5, 1 + random.below(4));
    const auto parts = tn::share_out(items, kPaper, static_cast<std::uint64_t>(trial));
    const std::set<std::uint32_t> names(items.group.begin(), items.group.end());
    if (names.size() == items.group.size()) continue;  // groups of one: shared out as items are
    ASSERT_NEAR(distance(items, parts), least_distance(items, groups), 1e-6) << trial;
  }
}
// 3^12 placings are too many to be tried, so this is the search.
TEST(ShareOutGroups, TheSearchFindsTheBestPlacingOfTwelveGroups) {
  tn::Random random(13, "groups");
  for (int trial = 0; trial < 4; ++trial) {
    const SplitItems items = in_groups(random, 12, 4, 3);
    const auto parts = tn::share_out(items, kPaper, static_cast<std::uint64_t>(trial));
    EXPECT_NEAR(distance(items, parts), least_distance(items, 12), 1e-6);
  }
}

TEST(WholeWeights, AreInProportionWithoutACommonDivisor) {
  EXPECT_THAT(tn::whole_weights(std::vector<double>{0.7, 0.1, 0.2}), ElementsAre(7, 1, 2));
  EXPECT_THAT(tn::whole_weights(std::vector<double>{70, 10, 20}), ElementsAre(7, 1, 2));
  EXPECT_THAT(tn::whole_weights(std::vector<double>{8, 0, 2}), ElementsAre(4, 0, 1));
}
TEST(WholeWeights, FineProportionsAreRoundedToAMillionth) {
  EXPECT_THAT(tn::whole_weights(std::vector<double>{1.0 / 3, 2.0 / 3}), ElementsAre(333333, 666667));
  EXPECT_THAT(tn::whole_weights(std::vector<double>{1e300, 1}), ElementsAre(1000000, 1));
}

}  // namespace
