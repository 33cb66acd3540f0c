#include "libcore/plot/chart.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace tn {
namespace {

std::string svg_of(const Chart& chart) {
  Canvas canvas(PictureFormat::svg, 400, 200);
  draw(canvas, chart, {0, 0, 400, 200});
  return canvas.finish();
}

// The path data of the last stroke of this colour.
std::string last_path(const std::string& svg, const std::string& colour) {
  const std::size_t stroke = svg.rfind("stroke:" + colour);
  const std::size_t begin = svg.find(" d=\"", stroke) + 4;
  return svg.substr(begin, svg.find('"', begin) - begin);
}

int count(const std::string& text, const std::string& part) {
  int n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

constexpr const char* kFirst = "rgb(0%,44.705882%,69.803922%)";

Chart chart_of(std::vector<Point> points, bool dashed = false) {
  Chart chart;
  chart.series = {{"a", std::move(points), dashed}};
  chart.y_range = Range{0, 1};
  return chart;
}

// Frame: left 56, top 26, right 10, bottom 40: 334 x 134 points.
TEST(Chart, PointsLieOnTheirScales) {
  const Chart chart = chart_of({{0, 0}, {1, 1}, {2, 0.5}});
  EXPECT_EQ(last_path(svg_of(chart), kFirst), "M 56 160 L 223 26 L 390 93 ");
}

TEST(Chart, NumberThatIsNotFiniteBreaksTheLine) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Chart chart = chart_of({{0, 0}, {1, 0.5}, {2, nan}, {3, 1}, {4, 1}});
  const Chart whole = chart_of({{0, 0}, {1, 0.5}, {2, 0.5}, {3, 1}, {4, 1}});
  EXPECT_EQ(count(svg_of(chart), kFirst) - count(svg_of(whole), kFirst), 0);  // one stroke more, one dot less
  EXPECT_EQ(last_path(svg_of(chart), kFirst), "M 306.5 26 L 390 26 ");
}

TEST(Chart, OneEpochIsDrawnAsADot) {
  const Chart chart = chart_of({{1, 0.5}});
  EXPECT_NE(svg_of(chart).find("fill:rgb(0%,44.705882%,69.803922%)"), std::string::npos);
}

TEST(Chart, DashedSeriesIsDashed) {
  const Chart chart = chart_of({{0, 0}, {1, 1}}, true);
  EXPECT_EQ(count(svg_of(chart), "stroke-dasharray:7,5"), 2);  // legend and curve
}

// Frame: 334 x 134 points from (56, 26); the box is 90 points wide at the middle, x = 223.
TEST(Chart, ViolinIsAsWideAsABoxWhereItIsDensest) {
  Chart chart;
  chart.x_range = chart.y_range = Range{0, 1};
  chart.boxes = {{0.5, 0, 0, 0, 0, 0, {}, {{0, 1}, {0.5, 2}, {1, 0}}}};
  const std::string svg = svg_of(chart);
  EXPECT_NE(svg.find("M 245.5 160 L 268 93 L 223 26 L 178 93 L 200.5 160 Z"), std::string::npos) << svg;
}

TEST(Chart, WithoutDataAxesAreDrawn) {
  EXPECT_NE(svg_of({}).find("<path"), std::string::npos);
}

}  // namespace
}  // namespace tn
