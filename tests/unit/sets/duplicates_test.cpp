#include "libcore/sets/duplicates.hpp"

#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>

#include "libcore/base/random.hpp"
#include "libcore/sets/describe.hpp"
#include "tests/support/expect_error.hpp"

namespace {

using testing::ElementsAre;
using tn::LookAlike;
using tn::Record;
using tn::test::thrown_by;

LookAlike pair(std::size_t a, std::size_t b, bool doubtful = false) {
  return {a, b, tn::Likeness::near, tn::Flip::none, 0.9, doubtful};
}

std::vector<Record> records(const std::vector<std::string>& lines) {
  std::vector<Record> all;
  for (const std::string& line : lines) all.push_back(Record::parse(line, "p"));
  return all;
}

std::vector<std::string> groups(const std::vector<Record>& all) {
  std::vector<std::string> names;
  for (const Record& record : all) names.push_back(record.text("group").value());
  return names;
}

TEST(GroupDuplicates, JoinPatientsThatShareAPicture) {
  auto all = records({R"({"id":"a","patient":"p2"})", R"({"id":"b","patient":"p1"})",
                      R"({"id":"c","patient":"p2"})", R"({"id":"d","patient":"p3"})"});
  EXPECT_EQ(tn::group_duplicates(all, {pair(0, 1)}, "patient"), 0U);
  EXPECT_THAT(groups(all), ElementsAre("p1", "p1", "p1", "p3"));
}
TEST(GroupDuplicates, WithoutAKeyEarlierGroupsStay) {
  auto all =
      records({R"({"id":"a","group":"g"})", R"({"id":"b"})", R"({"id":"c","group":"g"})", R"({"id":"d"})"});
  EXPECT_EQ(tn::group_duplicates(all, {pair(1, 2)}, std::nullopt), 2U);
  EXPECT_THAT(groups(all), ElementsAre("g", "g", "g", "d"));
}
TEST(GroupDuplicates, AnIdIsNotTakenForAPatient) {
  auto all = records({R"({"id":"3"})", R"({"id":"x","patient":"3"})"});
  tn::group_duplicates(all, {}, "patient");
  EXPECT_THAT(groups(all), ElementsAre("3+", "3"));
}
TEST(GroupDuplicates, KeyThatNoRecordHasIsRefused) {
  auto all = records({R"({"id":"a"})"});
  EXPECT_EQ(thrown_by([&] { tn::group_duplicates(all, {}, "pacient"); }).text,
            "--group: no record has the key 'pacient'");
}
TEST(GroupDuplicates, RecordsThatHangTogetherHaveOneNameAndOthersAnother) {
  tn::Random random(3, "duplicates");
  for (int trial = 0; trial < 300; ++trial) {
    std::vector<Record> all;
    const std::size_t n = 1 + random.below(15);
    for (std::size_t i = 0; i < n; ++i) {
      all.push_back(Record::of(std::to_string(i)));
      if (random.chance(0.6) || i == 0) all.back().set("patient", std::to_string(random.below(6)));
    }
    std::vector<LookAlike> pairs;
    for (std::size_t i = 0, m = random.below(6); i < m; ++i)
      pairs.push_back(pair(random.below(n), random.below(n)));
    // Reachability by repeated sweeps.
    std::vector<std::vector<bool>> tied(n, std::vector<bool>(n));
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        tied[i][j] = i == j || (all[i].has("patient") && all[i].text("patient") == all[j].text("patient"));
    for (const LookAlike& one : pairs) tied[one.first][one.second] = tied[one.second][one.first] = true;
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
          if (tied[i][k] && tied[k][j]) tied[i][j] = true;
    tn::group_duplicates(all, pairs, "patient");
    const auto names = groups(all);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) ASSERT_EQ(names[i] == names[j], tied[i][j]) << trial;
  }
}

TEST(DropDuplicates, KeepsTheFirstOfThoseThatTellMost) {
  auto all = records(
      {R"({"id":"a"})", R"({"id":"b","label":"benign"})", R"({"id":"c","label":"benign"})", R"({"id":"d"})"});
  const auto dropped = tn::drop_duplicates(all, {pair(0, 1), pair(1, 2)});
  ASSERT_EQ(dropped.size(), 2U);
  EXPECT_EQ(dropped[0].id, "a");
  EXPECT_EQ(dropped[0].kept, "b");
  EXPECT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].id(), "b");
}
TEST(DropDuplicates, DoubtfulOnesStay) {
  auto all = records({R"({"id":"a"})", R"({"id":"b"})"});
  EXPECT_TRUE(tn::drop_duplicates(all, {pair(0, 1, true)}).empty());
  EXPECT_EQ(all.size(), 2U);
}

TEST(SpreadOf, InterpolatesBetweenNeighbours) {
  const tn::Spread spread = tn::spread_of({4, 1, 2, 3});
  EXPECT_EQ(spread.least, 1);
  EXPECT_EQ(spread.lower, 1.75);
  EXPECT_EQ(spread.median, 2.5);
  EXPECT_EQ(spread.upper, 3.25);
  EXPECT_EQ(spread.most, 4);
}
TEST(SpreadOf, OneValueAndNone) {
  EXPECT_EQ(tn::spread_of({7}).upper, 7);
  EXPECT_EQ(tn::spread_of({}).count, 0U);
}

}  // namespace
