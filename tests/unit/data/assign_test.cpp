#include "libcore/data/assign.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "libcore/base/random.hpp"
#include "tests/support/expect_error.hpp"

namespace {

using testing::ElementsAre;
using testing::Pair;
using tn::Record;
using tn::SplitOptions;
using tn::test::Thrown;
using tn::test::thrown_by;

SplitOptions ratio(const std::string& text) {
  SplitOptions options;
  options.ratio = text;
  return options;
}

std::vector<Record> records(int count, int per_patient = 1) {
  std::vector<Record> all;
  for (int i = 0; i < count; ++i) {
    all.push_back(Record::of(fmt::format("{:03}", i)));
    all.back().set("patient", std::to_string(i / per_patient));
  }
  return all;
}

std::map<std::string, std::string> split_by_id(const std::vector<Record>& all) {
  std::map<std::string, std::string> splits;
  for (const Record& record : all) splits[record.id()] = record.text("split").value();
  return splits;
}

TEST(AssignSplits, NamesTrainValAndTest) {
  std::vector<Record> all = records(10);
  const tn::SplitCounts counts = tn::assign_splits(all, {}, ratio("7:1:2"));
  EXPECT_THAT(counts.parts, ElementsAre(Pair("train", 7), Pair("val", 1), Pair("test", 2)));
  EXPECT_EQ(std::count_if(all.begin(), all.end(), [](const Record& r) { return r.text("split") == "test"; }),
            2);
}
TEST(AssignSplits, TestMayBeLeftOut) {
  std::vector<Record> all = records(10);
  EXPECT_THAT(tn::assign_splits(all, {}, ratio("8:2")).parts, ElementsAre(Pair("train", 8), Pair("val", 2)));
}
TEST(AssignSplits, DoNotDependOnTheOrderOfRecords) {
  std::vector<Record> all = records(30, 3);
  std::vector<Record> turned(all.rbegin(), all.rend());
  SplitOptions options = ratio("7:1:2");
  options.group = "patient";
  tn::assign_splits(all, {}, options);
  tn::assign_splits(turned, {}, options);
  EXPECT_EQ(split_by_id(all), split_by_id(turned));
}
TEST(AssignSplits, NoPatientIsInTwoSplits) {
  std::vector<Record> all = records(60, 3);
  SplitOptions options = ratio("7:1:2");
  options.group = "patient";
  tn::assign_splits(all, {}, options);
  std::map<std::string, std::set<std::string>> splits;
  for (const Record& record : all)
    splits[record.text("patient").value()].insert(record.text("split").value());
  for (const auto& [patient, in] : splits) EXPECT_EQ(in.size(), 1U) << patient;
}
TEST(AssignSplits, PatientsInTwoSplitsAreCounted) {
  std::vector<Record> all = records(10, 10);
  all.push_back(Record::of("without"));
  EXPECT_EQ(tn::assign_splits(all, {}, ratio("1:1")).divided, 1U);
  SplitOptions grouped = ratio("1:1");
  grouped.group = "patient";
  EXPECT_EQ(tn::assign_splits(all, {}, grouped).divided, 0U);
  EXPECT_EQ(tn::assign_splits(all, {}, ratio("1:0")).divided, 0U);
}
TEST(AssignSplits, RecordsWithoutAPatientAreGroupsOfTheirOwn) {
  std::vector<Record> all = records(10, 5);
  all[0].erase("patient");
  all[1].set_raw("patient", "null");
  SplitOptions options = ratio("7:1:2");
  options.group = "patient";
  EXPECT_EQ(tn::assign_splits(all, {}, options).ungrouped, 2U);
}
TEST(AssignSplits, AGroupKeyThatNoRecordHasIsRefused) {
  std::vector<Record> all = records(10);
  SplitOptions options = ratio("7:1:2");
  options.group = "pacient";
  const Thrown thrown = thrown_by([&] { tn::assign_splits(all, {}, options); });
  EXPECT_EQ(thrown.exit_code, 65);
  EXPECT_EQ(thrown.text, "--group: no record has the key 'pacient'");
}
TEST(AssignSplits, StrataAreSharedOutAlike) {
  std::vector<Record> all = records(40);
  std::vector<std::string> strata(40, "benign");
  std::fill(strata.begin() + 30, strata.end(), "malignant");
  tn::assign_splits(all, strata, ratio("7:1:2"));
  int test_malignant = 0;
  for (std::size_t i = 30; i < 40; ++i) test_malignant += all[i].text("split") == "test" ? 1 : 0;
  EXPECT_EQ(test_malignant, 2);
}

// A manifest and a way to share it out, both drawn.
struct Trial {
  std::vector<Record> records;
  std::vector<std::string> strata;  // none, or one a record
  SplitOptions options;
  std::map<std::string, double> shares;  // of each part, summing to 1
};

double drawn_weight(tn::Random& random) {
  constexpr double kWeights[] = {0, 0, 1, 2, 7, 0.3, 1e-6, 1e12};
  return kWeights[random.below(std::size(kWeights))];
}

void draw_shares(Trial& trial, tn::Random& random) {
  const double weights[] = {drawn_weight(random), drawn_weight(random), drawn_weight(random)};
  const double sum = weights[0] + weights[1] + weights[2];
  const bool folds = random.chance(0.4);
  const bool aside = weights[2] > 0 && weights[0] + weights[1] > 0;  // folds share what test leaves
  if (folds) trial.options.folds = 2 + static_cast<std::int64_t>(random.below(4));
  const bool ratio = folds ? aside : sum > 0;
  if (ratio) trial.options.ratio = fmt::format("{}:{}:{}", weights[0], weights[1], weights[2]);
  if (!folds && !ratio) trial.options.ratio = "0:1:0";
  if (!folds) {
    trial.shares = {{"train", ratio ? weights[0] / sum : 0},
                    {"val", ratio ? weights[1] / sum : 1},
                    {"test", ratio ? weights[2] / sum : 0}};
    return;
  }
  const double test = ratio ? weights[2] / sum : 0;
  trial.shares["test"] = test;
  for (std::int64_t fold = 0; fold < trial.options.folds; ++fold)
    trial.shares[fmt::format("fold {}", fold)] = (1 - test) / static_cast<double>(*trial.options.folds);
}

Trial drawn_trial(tn::Random& random, int seed) {
  Trial trial;
  const bool stratified = random.chance(0.5);
  for (std::size_t i = 0, n = 1 + random.below(40); i < n; ++i) {
    trial.records.push_back(Record::of(fmt::format("r{}", i)));
    if (random.chance(0.9) || i == 0) trial.records.back().set("patient", std::to_string(random.below(12)));
    if (stratified) trial.strata.push_back(std::string(1, static_cast<char>('a' + random.below(4))));
  }
  trial.options.seed = seed;
  if (random.chance(0.5)) trial.options.group = "patient";
  draw_shares(trial, random);
  return trial;
}

std::string part_of(const Record& record) {
  const auto fold = record.number("fold");
  return fold ? fmt::format("fold {}", *fold) : record.text("split").value();
}

// Every part's count of the records of one stratum, or of all, within one of its share.
void expect_shares(const Trial& trial, const std::vector<Record>& shared, const std::string& stratum) {
  std::map<std::string, double> off;
  double count = 0;
  for (std::size_t i = 0; i < shared.size(); ++i) {
    if (!stratum.empty() && trial.strata[i] != stratum) continue;
    ++off[part_of(shared[i])];
    ++count;
  }
  for (const auto& [part, share] : trial.shares) {
    off[part] -= share * count;
    ASSERT_LT(std::abs(off[part]), 1 + 1e-6) << part;
    if (share == 0) {
      ASSERT_EQ(off[part], 0) << part;
    }
  }
}

// No group divided, and every part's size within the largest group of its share (and one for the rounding):
// otherwise a group could move for the better. Strata may outweigh that; they stay within twice as much.
void expect_groups(const Trial& trial, const std::vector<Record>& shared) {
  std::map<std::string, std::set<std::string>> parts;
  std::map<std::string, double> members;
  std::map<std::string, double> sizes;
  for (const Record& record : shared) {
    ++sizes[part_of(record)];
    const std::string group = record.text("patient").value_or("of its own " + record.id());
    parts[group].insert(part_of(record));
    ++members[group];
  }
  double largest = 0;
  for (const auto& [group, in] : parts) {
    ASSERT_EQ(in.size(), 1U) << group;
    largest = std::max(largest, members[group]);
  }
  const double bound = (trial.strata.empty() ? 1 : 2) * largest + 1;
  for (const auto& [part, share] : trial.shares) {
    ASSERT_LE(std::abs(sizes[part] - share * static_cast<double>(shared.size())), bound) << part;
    if (share == 0) {
      ASSERT_EQ(sizes[part], 0) << part;
    }
  }
}

TEST(AssignSplits, ThousandRandomManifestsKeepEveryPromise) {
  tn::Random random(12, "manifests");
  for (int i = 0; i < 1000; ++i) {
    const Trial trial = drawn_trial(random, i);
    SCOPED_TRACE(fmt::format("trial {}: ratio {}, folds {}", i, trial.options.ratio.value_or("none"),
                             trial.options.folds.value_or(0)));
    ASSERT_NO_THROW(tn::check(trial.options));
    std::vector<Record> shared = trial.records;
    const tn::SplitCounts counts = tn::assign_splits(shared, trial.strata, trial.options);
    ASSERT_EQ(shared.size(), trial.records.size());
    std::map<std::string, std::size_t> sizes;
    for (std::size_t k = 0; k < shared.size(); ++k) {
      ASSERT_EQ(shared[k].id(), trial.records[k].id());
      ASSERT_TRUE(trial.shares.contains(part_of(shared[k])));
      ++sizes[part_of(shared[k])];
    }
    for (const auto& [name, size] : counts.parts) ASSERT_EQ(sizes[name], size);
    if (trial.options.group) {
      expect_groups(trial, shared);
    } else {
      expect_shares(trial, shared, "");
      for (const std::string& stratum : trial.strata) expect_shares(trial, shared, stratum);
    }
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(AssignFolds, EveryRecordHasAFold) {
  std::vector<Record> all = records(10);
  SplitOptions options;
  options.folds = 3;
  const tn::SplitCounts counts = tn::assign_splits(all, {}, options);
  EXPECT_THAT(counts.parts, ElementsAre(Pair("fold 0", 4), Pair("fold 1", 3), Pair("fold 2", 3)));
  for (const Record& record : all) {
    EXPECT_TRUE(record.number("fold"));
    EXPECT_FALSE(record.has("split"));
  }
}
TEST(AssignFolds, TheChosenFoldIsVal) {
  std::vector<Record> all = records(10);
  SplitOptions options;
  options.folds = 3;
  options.fold = 1;
  tn::assign_splits(all, {}, options);
  for (const Record& record : all)
    EXPECT_EQ(record.text("split"), record.number("fold") == 1 ? "val" : "train");
}
TEST(AssignFolds, FoldsStayWhicheverIsVal) {
  std::vector<Record> a = records(10);
  std::vector<Record> b = records(10);
  SplitOptions options;
  options.folds = 3;
  options.fold = 0;
  tn::assign_splits(a, {}, options);
  options.fold = 2;
  tn::assign_splits(b, {}, options);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(a[i].number("fold"), b[i].number("fold"));
}

TEST(AssignFolds, StaleSplitsAndFoldsAreTakenAway) {
  std::vector<Record> all = records(10);
  for (Record& record : all) record.set("split", "test");
  SplitOptions folds;
  folds.folds = 3;
  tn::assign_splits(all, {}, folds);
  for (const Record& record : all) EXPECT_FALSE(record.has("split"));
  tn::assign_splits(all, {}, ratio("7:1:2"));
  for (const Record& record : all) EXPECT_FALSE(record.has("fold"));
}
TEST(AssignFolds, RatioSetsTestAsideAndFoldsShareTheRest) {
  std::vector<Record> all = records(100);
  SplitOptions options = ratio("7:1:2");
  options.folds = 4;
  options.fold = 2;
  const tn::SplitCounts counts = tn::assign_splits(all, {}, options);
  EXPECT_THAT(counts.parts, ElementsAre(Pair("fold 0", 20), Pair("fold 1", 20), Pair("fold 2", 20),
                                        Pair("fold 3", 20), Pair("test", 20)));
  for (const Record& record : all) {
    const auto fold = record.number("fold");
    EXPECT_EQ(record.text("split"), !fold ? "test" : *fold == 2 ? "val" : "train");
  }
}
TEST(AssignFolds, LeaveGroupOutGivesEachGroupAFoldInOrderOfTheNames) {
  std::vector<Record> all = records(6);
  const char* sites[] = {"b", "a", "b", "c", "a", "b"};
  for (std::size_t i = 0; i < all.size(); ++i) all[i].set("site", sites[i]);
  SplitOptions options;
  options.leave_group_out = true;
  options.group = "site";
  const tn::SplitCounts counts = tn::assign_splits(all, {}, options);
  EXPECT_THAT(counts.parts, ElementsAre(Pair("fold 0 'a'", 2), Pair("fold 1 'b'", 3), Pair("fold 2 'c'", 1)));
  EXPECT_EQ(all[3].number("fold"), 2);
  options.fold = 3;
  EXPECT_EQ(thrown_by([&] { tn::assign_splits(all, {}, options); }).text,
            "--fold: 3 is not a fold: there are 3 groups");
}
TEST(AssignSplits, StrataTellTheirExactShares) {
  std::vector<Record> all = records(10);
  const tn::SplitCounts counts =
      tn::assign_splits(all, std::vector<std::string>(10, "benign"), ratio("1:1:0"));
  ASSERT_EQ(counts.strata.size(), 1U);
  EXPECT_THAT(counts.strata[0].counts, ElementsAre(5, 5));
  EXPECT_THAT(counts.strata[0].shares, ElementsAre(5.0, 5.0));
}

std::string complaint(const SplitOptions& options) {
  const Thrown thrown = thrown_by([&] { tn::check(options); });
  EXPECT_TRUE(thrown.exit_code == 2 || thrown.exit_code == -1);
  return thrown.text;
}

TEST(CheckSplit, RefusesSharesThatAreNone) {
  EXPECT_EQ(complaint(ratio("7:x:2")), "--ratio: '7:x:2' is no share: 'x' is not a number from 0 up");
  EXPECT_EQ(complaint(ratio("7:-1:2")), "--ratio: '7:-1:2' is no share: '-1' is not a number from 0 up");
  EXPECT_EQ(complaint(ratio("1e13:1")), "--ratio: '1e13:1' is no share: '1e13' is above 1e12");
  EXPECT_EQ(complaint(ratio("1e308:1e308:1")), "--ratio: '1e308:1e308:1' is no share: '1e308' is above 1e12");
  EXPECT_EQ(complaint(ratio("7")), "--ratio: '7' is not TRAIN:VAL or TRAIN:VAL:TEST");
  EXPECT_EQ(complaint(ratio("1:1:1:1")), "--ratio: '1:1:1:1' is not TRAIN:VAL or TRAIN:VAL:TEST");
  EXPECT_EQ(complaint(ratio("0:0:0")), "--ratio: '0:0:0' leaves nothing for any split");
}
TEST(CheckSplit, TakesSharesThatAreSome) {
  EXPECT_EQ(complaint(ratio("0.7:0.1:0.2")), "");
  EXPECT_EQ(complaint(ratio("0:0:1")), "");
  EXPECT_EQ(complaint(ratio("1e12:1e-300")), "");
}
TEST(CheckSplit, RefusesFoldsOutOfRange) {
  SplitOptions options;
  options.folds = 1;
  EXPECT_EQ(complaint(options), "--folds: 1 is not in 2 to 1000");
  options.folds = 5;
  options.fold = 5;
  EXPECT_EQ(complaint(options), "--fold: 5 is not in 0 to 4");
  options.folds.reset();
  EXPECT_EQ(complaint(options), "--fold needs --folds or --published-folds");
}
TEST(CheckSplit, RatioWithFoldsMustSetTestAsideAndLeaveARest) {
  SplitOptions options = ratio("8:2");
  options.folds = 5;
  EXPECT_EQ(
      complaint(options),
      "--ratio with --folds says how much test gets, T:V:S; the folds share the rest: '8:2' leaves nothing "
      "for test");
  options.ratio = "0:0:1";
  EXPECT_EQ(complaint(options), "--ratio with --folds: '0:0:1' leaves nothing for the folds");
  options.ratio = "7:1:2";
  EXPECT_EQ(complaint(options), "");
}
TEST(CheckSplit, LeaveGroupOutStandsAloneWithItsGroup) {
  SplitOptions options;
  options.leave_group_out = true;
  EXPECT_EQ(complaint(options), "--leave-group-out needs --group");
  options.group = "site";
  EXPECT_EQ(complaint(options), "");
  options.folds = 5;
  EXPECT_EQ(complaint(options), "--leave-group-out and --folds contradict each other");
}
TEST(CheckSplit, RefusesOptionsThatWouldDoNothing) {
  SplitOptions group;
  group.group = "patient";
  EXPECT_EQ(complaint(group), "--group needs --ratio or --folds");
  SplitOptions stratify;
  stratify.stratify = "label";
  EXPECT_EQ(complaint(stratify), "--stratify needs --ratio or --folds");
  SplitOptions seed;
  seed.seed = 5;
  EXPECT_EQ(complaint(seed), "--seed needs --ratio or --folds");
  seed.leave_group_out = true;
  seed.group = "site";
  EXPECT_EQ(complaint(seed), "--leave-group-out and --seed contradict each other: nothing is drawn");
}
TEST(CheckSplit, RefusesAnEmptyKey) {
  SplitOptions options = ratio("7:1:2");
  options.stratify = "label,";
  EXPECT_EQ(complaint(options), "--stratify: 'label,' holds an empty key");
}

}  // namespace
