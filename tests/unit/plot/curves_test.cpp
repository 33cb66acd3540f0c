#include "libcore/plot/curves.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "libcore/base/error.hpp"

namespace tn {
namespace {

using testing::ElementsAre;

EpochLog epoch(std::int64_t number, double loss, std::optional<double> dice, bool best) {
  EpochLog log;
  log.epoch = number;
  log.loss = loss;
  log.val_dice = dice;
  log.best = best;
  return log;
}

std::vector<std::string> titles(const std::vector<Chart>& charts) {
  std::vector<std::string> result;
  for (const Chart& chart : charts) result.push_back(chart.title);
  return result;
}

std::vector<std::string> lines(const Chart& chart) {
  std::vector<std::string> result;
  for (const Series& series : chart.series) result.push_back(series.name);
  return result;
}

int count(const std::string& text, const std::string& part) {
  int n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

TEST(TrainingCharts, PanelWithoutANumberIsLeftOut) {
  EXPECT_THAT(titles(training_charts(std::vector{epoch(1, 0.9, 0.5, true)})),
              ElementsAre("Loss", "Validation: Dice"));
  EXPECT_THAT(titles(training_charts(std::vector{epoch(1, 0.9, std::nullopt, false)})), ElementsAre("Loss"));
}

TEST(TrainingCharts, LineWithoutANumberIsLeftOut) {
  EpochLog log = epoch(1, 0.9, std::nullopt, false);
  log.val_loss = 1;
  EXPECT_THAT(lines(training_charts(std::vector{log}).at(0)), ElementsAre("training", "validation"));
}

TEST(TrainingCharts, PointsAreEpochsAndValues) {
  const auto charts = training_charts(std::vector{epoch(1, 0.9, 0.5, true), epoch(2, 0.6, 0.7, true)});
  EXPECT_THAT(charts.at(0).series.at(0).points, ElementsAre(Point{1, 0.9}, Point{2, 0.6}));
  EXPECT_THAT(charts.at(1).series.at(0).points, ElementsAre(Point{1, 0.5}, Point{2, 0.7}));
}

TEST(TrainingCharts, EpochWithoutTheNumberBreaksTheLine) {
  const auto charts =
      training_charts(std::vector{epoch(1, 0.9, 0.5, true), epoch(2, 0.6, std::nullopt, false)});
  EXPECT_TRUE(std::isnan(charts.at(1).series.at(0).points.at(1).y));
}

TEST(TrainingCharts, LastEpochThatReplacedTheModelIsMarkedInEveryPanel) {
  const auto charts = training_charts(
      std::vector{epoch(1, 0.9, 0.5, true), epoch(2, 0.6, 0.7, true), epoch(3, 0.5, 0.6, false)});
  for (const Chart& chart : charts) {
    EXPECT_EQ(chart.marked_x, 2);
    EXPECT_EQ(chart.mark_label, "best: epoch 2, Dice 0.700");
  }
}

TEST(TrainingCharts, WithoutABestEpochNothingIsMarked) {
  EXPECT_EQ(training_charts(std::vector{epoch(1, 0.9, 0.5, false)}).at(0).marked_x, std::nullopt);
}

std::string drawn(std::vector<EpochLog> epochs) {
  const TrainingRun run{"run", "log", std::move(epochs)};
  return draw_curves({&run, 1}, PictureFormat::svg, kLight);
}

TEST(Curves, SvgHasALineOfEachSeries) {
  const std::string svg =
      drawn({epoch(1, 0.9, 0.5, true), epoch(2, 0.6, 0.7, true), epoch(3, 0.5, 0.6, false)});
  // blue, 2 wide: a curve and a sample in the legend in each of the two panels
  EXPECT_EQ(
      count(svg,
            "stroke-width:2;stroke-linecap:butt;stroke-linejoin:round;stroke:rgb(0%,44.705882%,69.803922%)"),
      4);
}

TEST(Curves, SeveralRunsHaveALineEachInEveryPanel) {
  const std::vector<TrainingRun> runs{{"a", "a", {epoch(1, 0.9, 0.5, true)}},
                                      {"b", "b", {epoch(1, 0.8, std::nullopt, false)}}};
  const std::vector<Chart> charts = training_charts(runs);
  ASSERT_EQ(charts.size(), 2U);  // loss of training, Dice
  EXPECT_EQ(charts.at(0).series.size(), 2U);
  ASSERT_EQ(charts.at(1).series.size(), 1U);
  EXPECT_EQ(charts.at(1).series.at(0).name, "a");
  EXPECT_EQ(charts.at(0).series.at(1).colour, 1U);
}

TEST(Curves, NoEpochIsRefused) {
  EXPECT_THROW(drawn({}), Error);
}

TEST(Curves, LogOfNothingFiniteIsRefused) {
  EXPECT_THROW(drawn({epoch(1, std::numeric_limits<double>::quiet_NaN(), std::nullopt, false)}), Error);
}

}  // namespace
}  // namespace tn
