// The same numbers as scikit-learn and NumPy: tests/fixtures/eval/make_reference.py.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "libcore/base/file.hpp"
#include "libcore/eval/summary.hpp"

namespace tn {
namespace {

using Json = nlohmann::json;
constexpr double kNear = 1e-12;

const Json& reference() {
  static const Json json = Json::parse(read_file(TN_FIXTURES "/eval/reference.json"));
  return json;
}

cv::Mat1b mask_of(const Json& rows) {
  const auto width = static_cast<int>(rows.at(0).get<std::string>().size());
  cv::Mat1b mask(static_cast<int>(rows.size()), width);
  for (int y = 0; y < mask.rows; ++y) {
    const auto text = rows.at(static_cast<std::size_t>(y)).get<std::string>();
    for (int x = 0; x < width; ++x) mask(y, x) = text.at(static_cast<std::size_t>(x)) == '#' ? 255 : 0;
  }
  return mask;
}

Overlap counts_of(const Json& one) {
  return overlap(mask_of(one.at("predicted")), mask_of(one.at("drawn")));
}

TEST(Reference, EveryOverlapMetricOfEachMask) {
  ASSERT_EQ(reference().at("masks").size(), 7U);
  for (const Json& one : reference().at("masks")) {
    const Overlap counts = counts_of(one);
    for (const OverlapMetric& metric : overlap_metrics())
      EXPECT_NEAR(*metric.of(counts), one.at(std::string(metric.name)).get<double>(), kNear) << metric.name;
    EXPECT_NEAR(class_mean_dice(counts), one.at("class_mean_dice").get<double>(), kNear);
  }
}

TEST(Reference, DiceInItsReadings) {
  std::vector<CaseScore> cases;
  for (const Json& one : reference().at("masks")) {
    CaseScore score;
    score.counts = counts_of(one);
    cases.push_back(score);
  }
  const Summary summary = summarize(cases, EmptyRule::score, 0.5);
  const MetricSummary& found = summary.overlap.front();
  const Json& dice = reference().at("dice");
  EXPECT_NEAR(*found.over_cases.mean, dice.at("mean").get<double>(), kNear);
  EXPECT_NEAR(*found.over_cases.median, dice.at("median").get<double>(), kNear);
  EXPECT_NEAR(*found.over_cases.sd, dice.at("sd").get<double>(), kNear);
  EXPECT_NEAR(*found.pooled, dice.at("pooled").get<double>(), kNear);
  EXPECT_NEAR(*summary.class_mean_dice, dice.at("class_mean").get<double>(), kNear);
}

TEST(Reference, EveryClassNumber) {
  ASSERT_EQ(reference().at("classes").size(), 3U);
  for (const Json& one : reference().at("classes")) {
    std::vector<ScoredCase> cases;
    for (std::size_t i = 0; i < one.at("p").size(); ++i)
      cases.push_back({one.at("p")[i].get<double>(), one.at("label")[i].get<int>() == 1});
    const ClassCounts counts = class_counts(cases, one.at("threshold").get<double>());
    EXPECT_NEAR(*accuracy(counts), one.at("accuracy").get<double>(), kNear);
    EXPECT_NEAR(*balanced_accuracy(counts), one.at("balanced_accuracy").get<double>(), kNear);
    EXPECT_NEAR(*sensitivity(counts), one.at("sensitivity").get<double>(), kNear);
    EXPECT_NEAR(*specificity(counts), one.at("specificity").get<double>(), kNear);
    EXPECT_NEAR(*auroc(cases), one.at("auroc").get<double>(), kNear);
  }
}

}  // namespace
}  // namespace tn
