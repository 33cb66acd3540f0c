#include "libcore/plot/case_charts.hpp"

#include <gtest/gtest.h>

#include "libcore/base/error.hpp"
#include "libcore/plot/density.hpp"

namespace tn {
namespace {

Record record(const std::string& rest) {
  static int count = 0;
  return Record::parse("{\"id\":\"c" + std::to_string(++count) + "\"," + rest + "}", "here");
}

CaseRun run_of(std::vector<Record> records) {
  CaseRun run{"run", "run.jsonl", std::move(records), {}};
  const ScoreOptions score;
  for (const Record& one : run.records) run.cases.push_back(case_of(one, score));
  return run;
}

TEST(BoxChart, HasQuartilesOfEachGroupTheLargestFirst) {
  std::vector<Record> records;
  for (const char* dice : {"0.1", "0.5", "0.6", "0.7", "0.8"})
    records.push_back(record(std::string(R"("site":"b","metrics":{"dice":)") + dice + "}"));
  records.push_back(record(R"("site":"a","metrics":{"dice":0.3})"));
  const Chart chart = box_chart(run_of(records), "dice", "site");
  ASSERT_EQ(chart.boxes.size(), 2U);
  const BoxMark& box = chart.boxes.front();
  EXPECT_DOUBLE_EQ(box.first, 0.5);
  EXPECT_DOUBLE_EQ(box.median, 0.6);
  EXPECT_DOUBLE_EQ(box.third, 0.7);
  EXPECT_DOUBLE_EQ(box.low, 0.5);  // 0.1 is further than 1.5 boxes away
  EXPECT_DOUBLE_EQ(box.high, 0.8);
  EXPECT_EQ(chart.x_names.at(1).second, "a (n = 1)");
}

TEST(BoxChart, ViolinIsTheDensityFromTheLeastValueToTheGreatest) {
  std::vector<Record> records;
  for (const char* dice : {"0.1", "0.5", "0.6", "0.7"})
    records.push_back(record(std::string(R"("site":"b","metrics":{"dice":)") + dice + "}"));
  for (int i = 0; i < 2; ++i) records.push_back(record(R"("site":"a","metrics":{"dice":0.3})"));
  const CaseRun run = run_of(records);
  const Chart chart = box_chart(run, "dice", "site", true);
  EXPECT_EQ(chart.boxes.at(0).density, kernel_density({0.1, 0.5, 0.6, 0.7}, 129));
  EXPECT_TRUE(chart.boxes.at(1).density.empty());  // equal values have none
  EXPECT_FALSE(chart.note.empty());
  EXPECT_TRUE(box_chart(run, "dice", "site").boxes.at(0).density.empty());
}

TEST(AreaChart, IsInSquareMillimetresWhereEverySpacingIsKnown) {
  const Chart chart =
      area_chart(run_of({record(R"("spacing_mm":[0.5,0.2],"metrics":{"tp":80,"fp":20,"fn":0,"tn":0})"),
                         record(R"("spacing_mm":[1,1],"metrics":{"tp":10,"fp":0,"fn":4,"tn":0})")}));
  EXPECT_EQ(chart.series.at(0).points, (std::vector<Point>{{9, 2}, {12, -4}}));
  EXPECT_EQ(chart.y_label, "predicted less drawn, mm²");
  EXPECT_DOUBLE_EQ(chart.levels.at(0).y, -1);
  EXPECT_NEAR(chart.levels.at(2).y, -1 + 1.96 * 4.242640687, 1e-6);
}

TEST(AreaChart, IsInPixelsOtherwise) {
  const Chart chart =
      area_chart(run_of({record(R"("spacing_mm":[0.5,0.2],"metrics":{"tp":80,"fp":20,"fn":0,"tn":0})"),
                         record(R"("metrics":{"tp":10,"fp":0,"fn":4,"tn":0})")}));
  EXPECT_EQ(chart.series.at(0).points.at(0), (Point{90, 20}));
}

TEST(RocChart, NeedsBothClasses) {
  const std::vector<CaseRun> runs{run_of({record(R"("label":"benign","p_malignant":0.5)")})};
  EXPECT_THROW(roc_chart(runs, {.resamples = 0}), Error);
}

TEST(Reliability, HasThePointAndWilsonsIntervalOfABin) {
  std::vector<Record> records;
  for (int i = 0; i < 10; ++i)
    records.push_back(
        record(std::string(R"("p_malignant":0.5,"label":)") + (i < 4 ? "\"malignant\"" : "\"benign\"")));
  const std::vector<CaseRun> runs{run_of(records)};
  const Series series = reliability_charts(runs).at(0).series.at(0);
  EXPECT_EQ(series.points, (std::vector<Point>{{0.5, 0.4}}));
  EXPECT_NEAR(series.whiskers.at(0).low, 0.168180,
              1e-6);  // statsmodels, proportion_confint(4, 10, 0.05, 'wilson')
  EXPECT_NEAR(series.whiskers.at(0).high, 0.687326, 1e-6);
}

TEST(SweepOperand, IsANumberAndAPath) {
  EXPECT_EQ(parse_sweep_operand("0.2=a=b.json"), (std::pair<double, std::string>{0.2, "a=b.json"}));
  for (const char* text : {"a.json", "=a", "x=a", "0.2="}) EXPECT_THROW(parse_sweep_operand(text), Error);
}

TEST(RunNames, AreFilesThenFoldersThenPaths) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(run_names({"x/a.jsonl", "x/b.jsonl"}, {}), (Names{"a", "b"}));
  EXPECT_EQ(run_names({"a/report.json", "b/report.json"}, {}), (Names{"a", "b"}));
  EXPECT_EQ(run_names({"1/a/report.json", "2/a/report.json"}, {}),
            (Names{"1/a/report.json", "2/a/report.json"}));
  EXPECT_EQ(run_names({"a", "b"}, {"A", "B"}), (Names{"A", "B"}));
  EXPECT_THROW(run_names({"a", "b"}, {"A"}), Error);
}

}  // namespace
}  // namespace tn
