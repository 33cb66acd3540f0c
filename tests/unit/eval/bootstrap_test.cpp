#include "libcore/eval/bootstrap.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "libcore/base/error.hpp"
#include "libcore/base/random.hpp"

namespace tn {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::vector<CaseScore> some_cases(std::size_t n, std::size_t patients) {
  Random random(5, "cases");
  std::vector<CaseScore> cases(n);
  for (std::size_t i = 0; i < n; ++i) {
    cases[i].id = std::to_string(i);
    cases[i].patient = std::to_string(i % patients);
    cases[i].malignant = random.chance(0.4);
    cases[i].p_malignant = random.uniform();
    const auto pixels = [&] { return static_cast<std::int64_t>(random.below(50)); };
    cases[i].counts = Overlap{.tp = 1 + pixels(), .fp = pixels(), .fn = pixels(), .tn = 100};
    cases[i].geometry = Geometry{.values = {}, .regions_drawn = 2, .regions_detected = 1};
    for (int k = 0; k < 7; ++k) cases[i].geometry->values.emplace_back(random.uniform());
  }
  return cases;
}

std::map<std::string, double> values_of(const std::vector<CaseScore>& cases) {
  const Sample sample(cases, units_of(cases), EmptyRule::score, 0.5, {});
  std::map<std::string, double> values;
  const std::vector<double> found = sample.values();
  const std::vector<Statistic> names = statistics({});
  for (std::size_t i = 0; i < names.size(); ++i) values[names[i].name] = found.at(i);
  return values;
}

TEST(Sample, ItsNumbersAreTheSummarys) {
  const std::vector<CaseScore> cases = some_cases(40, 15);
  const Summary summary = summarize(cases, EmptyRule::score, 0.5);
  const std::map<std::string, double> found = values_of(cases);
  for (const MetricSummary& one : summary.overlap) {
    EXPECT_NEAR(found.at(std::string(one.metric->name) + ".mean"), *one.over_cases.mean, 1e-12);
    EXPECT_NEAR(found.at(std::string(one.metric->name) + ".pooled"), *one.pooled, 1e-12);
  }
  for (const GeometrySummary& one : summary.geometry)
    EXPECT_NEAR(found.at(one.metric.name + ".mean"), *one.over_cases.mean, 1e-12);
  EXPECT_NEAR(found.at("dice.class_mean"), *summary.class_mean_dice, 1e-12);
  EXPECT_EQ(found.at("regions.sensitivity"), 0.5);
  for (const DecisionMetric& metric : decision_metrics())
    EXPECT_NEAR(found.at("class." + std::string(metric.name)), *class_value(summary.classes, metric.name),
                1e-12);
  for (const ProbabilityMetric& metric : probability_metrics())
    EXPECT_NEAR(found.at("class." + std::string(metric.name)), *class_value(summary.classes, metric.name),
                1e-12);
}

TEST(Sample, WeightTwoIsTheUnitTwice) {
  std::vector<CaseScore> cases = some_cases(12, 12);
  const Sample sample(cases, units_of(cases), EmptyRule::score, 0.5, {});
  const std::vector<std::vector<double>> weights{{2, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1}};
  const std::vector<double> weighted = sample.values(weights).front();
  cases[2] = cases[0];
  const Sample doubled(cases, units_of(cases), EmptyRule::score, 0.5, {});
  const std::vector<double> expected = doubled.values();
  for (std::size_t i = 0; i < weighted.size(); ++i) EXPECT_NEAR(weighted[i], expected[i], 1e-12) << i;
}

TEST(Sample, WeightNoneIsTheSampleWithoutTheUnit) {
  std::vector<CaseScore> cases = some_cases(12, 12);
  const Sample whole(cases, units_of(cases), EmptyRule::score, 0.5, {});
  std::vector<std::vector<double>> weights{std::vector<double>(12, 1)};
  weights.front()[3] = 0;
  const std::vector<double> found = whole.values(weights).front();
  cases.erase(cases.begin() + 3);
  const std::vector<double> expected = Sample(cases, units_of(cases), EmptyRule::score, 0.5, {}).values();
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-12) << i;
}

TEST(Units, ArePatientsOrCases) {
  std::vector<CaseScore> cases(3);
  EXPECT_EQ(units_of(cases).name, "case");
  EXPECT_EQ(units_of(cases).count, 3U);
  cases[0].patient = cases[2].patient = "a";
  EXPECT_EQ(units_of(cases).name, "patient, else case");
  EXPECT_EQ(units_of(cases).of_case, (std::vector<std::uint32_t>{0, 1, 0}));
  cases[1].patient = "b";
  EXPECT_EQ(units_of(cases).name, "patient");
  EXPECT_FALSE(units_of(cases).one_case_each);
}

TEST(Interval, PercentilesDropUndefinedResamples) {
  const Interval found = interval_of(2, {1, kNone, 2, 3, 5, kNone, 4}, {}, {.confidence = 0.5});
  EXPECT_DOUBLE_EQ(*found.low, 2);
  EXPECT_DOUBLE_EQ(*found.high, 4);
  EXPECT_EQ(found.dropped, 2);
}

TEST(Interval, BcaIsSciPys) {
  // scipy 1.17.1, scipy.stats._resampling._bca_interval's formulas with these resamples and left-out values:
  //   z0 = norm.ppf((6 + 0.5) / 10); a = sum(u**3) / (6 * sum(u**2)**1.5), u = mean(left_out) - left_out
  //   numpy.percentile(resamples, 100 * norm.cdf(z0 + (z0 + z) / (1 - a * (z0 + z)))), z = norm.ppf([0.1,
  //   0.9])
  const std::vector<double> resampled{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  const Interval found =
      interval_of(7, resampled, {1, 2, 4, 8}, {.method = IntervalMethod::bca, .confidence = 0.8});
  EXPECT_NEAR(*found.low, 3.598435364897004, 1e-9);
  EXPECT_NEAR(*found.high, 9.74903627468332, 1e-9);
}

TEST(Interval, BcaWithoutABiasSaysSo) {
  const Interval found = interval_of(0, {1, 2}, {1, 2}, {.method = IntervalMethod::bca});
  EXPECT_FALSE(found.low);
  EXPECT_EQ(found.reason, "every resample lies on one side of the estimate: no bias correction");
}

TEST(Interval, UndefinedInEveryResampleSaysSo) {
  EXPECT_EQ(interval_of(0, {kNone}, {}, {}).reason, "undefined in every resample");
}

std::vector<std::pair<double, double>> ends_with(std::int64_t jobs, IntervalMethod method) {
  const Intervals found = *intervals(some_cases(60, 25), EmptyRule::score, 0.5, {},
                                     {.resamples = 101, .method = method, .seed = 3, .jobs = jobs});
  std::vector<std::pair<double, double>> ends;
  for (const Interval& one : found.of) ends.emplace_back(*one.low, *one.high);
  return ends;
}

TEST(Intervals, AreTheSameForAnyNumberOfThreads) {
  for (const IntervalMethod method : {IntervalMethod::percentile, IntervalMethod::bca})
    EXPECT_EQ(ends_with(1, method), ends_with(2, method));
}

TEST(Intervals, LackOfAClassIsDroppedAndCounted) {
  std::vector<CaseScore> cases = some_cases(4, 4);
  for (std::size_t i = 0; i < 4; ++i) cases[i].malignant = i == 0;
  const Intervals found = *intervals(cases, EmptyRule::score, 0.5, {}, {.resamples = 2000});
  for (const Interval& one : found.of)
    if (one.name == "class.auroc") {  // (3/4)^4 without the malignant case, (1/4)^4 with it alone
      EXPECT_NEAR(static_cast<double>(one.dropped) / 2000, 0.3164 + 0.0039, 0.03);
    }
}

TEST(Intervals, CoverTheMeanAsOftenAsTheySay) {
  // Half of a normal approximation: mean of n uniform numbers, interval of about +-1.96 / sqrt(12 n).
  const std::vector<CaseScore> cases = some_cases(400, 400);
  const Intervals found = *intervals(cases, EmptyRule::score, 0.5, {}, {});
  for (const Interval& one : found.of)
    if (one.name == "hd95.mean") {
      EXPECT_NEAR(*one.high - *one.low, 2 * 1.96 / std::sqrt(12 * 400.0), 0.004);
    }
}

TEST(Intervals, NoneAreMadeOfNoResamples) {
  EXPECT_FALSE(intervals(some_cases(4, 4), EmptyRule::score, 0.5, {}, {.resamples = 0}));
}

TEST(IntervalOptions, NonsenseIsRefused) {
  EXPECT_THROW(check(IntervalOptions{.resamples = -1}), Error);
  EXPECT_THROW(check(IntervalOptions{.confidence = 1}), Error);
  EXPECT_NO_THROW(check(IntervalOptions{}));
}

}  // namespace
}  // namespace tn
