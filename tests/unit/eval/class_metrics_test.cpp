#include "libcore/eval/class_metrics.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <numeric>

#include "libcore/base/file.hpp"
#include "libcore/eval/calibration.hpp"
#include "libcore/eval/roc.hpp"
#include "libcore/eval/statistics.hpp"

namespace tn {
namespace {

using Json = nlohmann::json;
constexpr double kNear = 1e-12;

const Json& reference() {
  static const Json json = Json::parse(read_file(TN_FIXTURES "/eval/classes.json"));
  return json;
}

std::vector<ScoredCase> cases_of(const Json& one, const char* probabilities) {
  std::vector<ScoredCase> cases;
  for (std::size_t i = 0; i < one.at("label").size(); ++i)
    cases.push_back({one.at(probabilities).at(i), one.at("label").at(i).get<int>() == 1});
  return cases;
}

std::vector<std::uint32_t> own_units(std::size_t n) {
  std::vector<std::uint32_t> units(n);
  std::iota(units.begin(), units.end(), 0U);
  return units;
}

TEST(ClassMetrics, AgreeWithScikitLearn) {
  for (const Json& one : reference().at("cases")) {
    const std::vector<ScoredCase> cases = cases_of(one, "a");
    for (const DecisionMetric& metric : decision_metrics().subspan(4))
      EXPECT_NEAR(*metric.of(class_counts(cases, 0.5)), one.at(std::string(metric.name)).get<double>(), kNear)
          << metric.name;
    for (const ProbabilityMetric& metric : probability_metrics())
      EXPECT_NEAR(*metric.of(cases), one.at(std::string(metric.name)).get<double>(), kNear) << metric.name;
  }
}

TEST(Auroc, VarianceAndDifferenceAreDeLongs) {
  for (const Json& one : reference().at("cases")) {
    const std::vector<ScoredCase> a = cases_of(one, "a"), b = cases_of(one, "b");
    const std::vector<std::uint32_t> units = own_units(a.size());
    EXPECT_NEAR(estimate_auroc(a, units)->variance, one.at("auroc_variance").get<double>(), kNear);
    const AurocDifference found = *compare_auroc(a, b, units);
    EXPECT_NEAR(found.difference, one.at("difference").get<double>(), kNear);
    EXPECT_NEAR(found.variance, one.at("difference_variance").get<double>(), kNear);
    EXPECT_NEAR(*found.p, one.at("difference_p").get<double>(), kNear);
  }
}

// Two malignant cases at 0.9 and 0.3, two benign ones at 0.2 and 0.5: placements 1, 0.5 and 1, 0.5 around
// 0.75.
const std::vector<ScoredCase> kFour{{0.9, true}, {0.3, true}, {0.2, false}, {0.5, false}};

TEST(Auroc, HandWorkedVariance) {  // (0.25^2 + 0.25^2) / (2 - 1) / 2, twice
  const AurocEstimate found = *estimate_auroc(kFour, own_units(4));
  EXPECT_DOUBLE_EQ(found.auroc, 0.75);
  EXPECT_DOUBLE_EQ(found.variance, 0.125);
}

TEST(Auroc, CasesOfAPatientDependOnEachOther) {
  // Patients {0.9, 0.2} with +0.25 and +0.25, {0.3, 0.5} with -0.25 and -0.25:
  // 0.125 of the classes and 2 x (2/1) x (2 x 0.0625) / 4 across them.
  EXPECT_DOUBLE_EQ(estimate_auroc(kFour, std::vector<std::uint32_t>{0, 1, 0, 1})->variance, 0.25);
}

TEST(Auroc, NeedsTwoUnitsOfEachClass) {
  EXPECT_FALSE(estimate_auroc(std::span(kFour).first(3), own_units(3)));
}

TEST(Auroc, EqualProbabilitiesHaveNoTest) {
  const AurocDifference found = *compare_auroc(kFour, kFour, own_units(4));
  EXPECT_EQ(found.difference, 0);
  EXPECT_EQ(found.p, std::nullopt);
}

TEST(Auroc, NeverWrongAgainstAlwaysWrongHasNoVarianceAndNoTest) {
  std::vector<ScoredCase> right, wrong;
  for (int i = 0; i < 12; ++i) {
    right.push_back({i % 2 == 0 ? 0.9 : 0.1, i % 2 == 0});
    wrong.push_back({i % 2 == 0 ? 0.1 : 0.9, i % 2 == 0});
  }
  const AurocDifference found = *compare_auroc(right, wrong, own_units(12));
  EXPECT_NEAR(found.difference, 1, 1e-12);
  EXPECT_EQ(found.variance, 0);
  EXPECT_FALSE(found.p);
}

TEST(Calibration, LastBinIsClosed) {
  EXPECT_EQ(calibration_bin(0), 0U);
  EXPECT_EQ(calibration_bin(0.99), 14U);
  EXPECT_EQ(calibration_bin(1), 14U);
}

TEST(Calibration, HandWorkedError) {  // 0.9 and 0.3 malignant, 0.2 and 0.5 benign: four bins of their own
  EXPECT_DOUBLE_EQ(*calibration_error(kFour), (0.1 + 0.7 + 0.2 + 0.5) / 4);
}

TEST(Calibration, CertainAndWrongHasAFiniteLogLoss) {
  EXPECT_NEAR(log_loss(ScoredCase{0, true}), 36.04, 0.01);
}

TEST(ClassMetrics, UndefinedIsNothing) {
  EXPECT_EQ(ppv({.fn = 1, .tn = 1}), std::nullopt);
  EXPECT_EQ(npv({.tp = 1, .fp = 1}), std::nullopt);
  EXPECT_EQ(f1({.tn = 1}), std::nullopt);
  EXPECT_EQ(mcc({.tp = 1, .fp = 1}), std::nullopt);
  EXPECT_EQ(auprc(std::vector<ScoredCase>{{0.5, false}}), std::nullopt);
  EXPECT_EQ(brier({}), std::nullopt);
  EXPECT_EQ(calibration_error({}), std::nullopt);
}

TEST(Normal, QuantilesAreSciPys) {
  for (const auto& [share, z] : reference().at("quantiles").items())
    EXPECT_NEAR(normal_quantile(std::stod(share)), z.get<double>(), 1e-12) << share;
}

}  // namespace
}  // namespace tn
