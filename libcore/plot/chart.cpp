#include "libcore/plot/chart.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "libcore/plot/palette.hpp"

namespace tn {
namespace {

constexpr TextStyle kLabel{.size = 11, .colour = kBlack};
constexpr TextStyle kTitle{.size = 13, .colour = kBlack, .bold = true};
constexpr double kLineHeight = 16;
constexpr std::size_t kDottedPoints = 40;  // up to so many points each gets a dot

TextStyle aligned(TextStyle style, Align align) {
  style.align = align;
  return style;
}

// Where the data are on the canvas.
struct Frame {
  Box box;
  Range x, y;

  double at_x(double value) const { return box.x + (value - x.low) / (x.high - x.low) * box.width; }
  double at_y(double value) const {
    return box.y + box.height - (value - y.low) / (y.high - y.low) * box.height;
  }
  Point at(const Point& point) const { return {at_x(point.x), at_y(point.y)}; }
};

Range range_of(const Chart& chart, double Point::*side) {
  Range range{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (const Series& series : chart.series)
    for (const Point& point : series.points) {
      if (!std::isfinite(point.y)) continue;
      range.low = std::min(range.low, point.*side);
      range.high = std::max(range.high, point.*side);
    }
  return range.low <= range.high ? range : Range{};
}

Range x_range_of(const Chart& chart) {
  const Range range = range_of(chart, &Point::x);
  if (range.high > range.low) return range;
  return {range.low - 0.5, range.high + 0.5};
}

void draw_axes(Canvas& canvas, const Chart& chart, const Frame& frame) {
  const Box& box = frame.box;
  const std::vector<double> rows = ticks(frame.y, 5);
  for (const double value : rows) {
    const double y = frame.at_y(value);
    canvas.line({box.x, y}, {box.x + box.width, y}, {kLightGrey, 1});
    canvas.text({box.x - 6, y + 4}, tick_label(value, rows), aligned(kLabel, Align::right));
  }
  const std::vector<double> columns = ticks(frame.x, 10, chart.whole_x);
  for (const double value : columns) {
    const double x = frame.at_x(value);
    canvas.line({x, box.y + box.height}, {x, box.y + box.height + 4}, {kBlack, 1});
    canvas.text({x, box.y + box.height + 17}, tick_label(value, columns), aligned(kLabel, Align::centre));
  }
  canvas.line({box.x, box.y}, {box.x, box.y + box.height}, {kBlack, 1});
  canvas.line({box.x, box.y + box.height}, {box.x + box.width, box.y + box.height}, {kBlack, 1});
}

void draw_series(Canvas& canvas, const Series& series, const Rgb& colour, const Frame& frame) {
  std::vector<Point> run;
  const bool dots = series.points.size() <= kDottedPoints;
  const auto draw_run = [&] {
    canvas.path(run, {colour, 2, series.dashed});
    if (dots || run.size() == 1)
      for (const Point& point : run) canvas.dot(point, 2.5, colour);
    run.clear();
  };
  for (const Point& point : series.points) {
    if (std::isfinite(point.y))
      run.push_back(frame.at(point));
    else
      draw_run();
  }
  draw_run();
}

void draw_mark(Canvas& canvas, const Chart& chart, const Frame& frame) {
  if (!chart.marked_x) return;
  const double x = frame.at_x(*chart.marked_x);
  canvas.line({x, frame.box.y}, {x, frame.box.y + frame.box.height}, {kGrey, 1, true});
  for (std::size_t i = 0; i < chart.series.size(); ++i)
    for (const Point& point : chart.series[i].points)
      if (point.x == *chart.marked_x && std::isfinite(point.y))
        canvas.dot(frame.at(point), 4, kSeriesColours[i % kSeriesColours.size()]);
}

// Beside the marked line, on white, so that no curve crosses the words.
void draw_mark_label(Canvas& canvas, const Chart& chart, const Frame& frame) {
  if (!chart.marked_x) return;
  const double x = frame.at_x(*chart.marked_x), width = canvas.text_width(chart.mark_label, kLabel);
  const bool right_half = x > frame.box.x + frame.box.width / 2;
  const double left = right_half ? x - 6 - width : x + 6;
  canvas.fill({left - 2, frame.box.y + 2, width + 4, kLineHeight}, kWhite);
  TextStyle style = kLabel;
  style.colour = kGrey;
  canvas.text({left, frame.box.y + 14}, chart.mark_label, style);
}

// From the right edge leftwards, in the line of the title.
void draw_legend(Canvas& canvas, const Chart& chart, const Box& box) {
  double x = box.x + box.width;
  for (std::size_t i = chart.series.size(); i-- > 0;) {
    const Rgb& colour = kSeriesColours[i % kSeriesColours.size()];
    canvas.text({x, box.y + 12}, chart.series[i].name, aligned(kLabel, Align::right));
    x -= canvas.text_width(chart.series[i].name, kLabel) + 6;
    canvas.line({x - 24, box.y + 8}, {x, box.y + 8}, {colour, 2, chart.series[i].dashed});
    x -= 24 + 16;
  }
}

// Room for the widest label of the y axis.
double label_width(const Canvas& canvas, const Range& y) {
  const std::vector<double> rows = ticks(y, 5);
  double width = 0;
  for (const double value : rows) width = std::max(width, canvas.text_width(tick_label(value, rows), kLabel));
  return width;
}

}  // namespace

void draw(Canvas& canvas, const Chart& chart, const Box& box) {
  const Range y = chart.y_range.value_or(rounded(range_of(chart, &Point::y), 5));
  const double left = kLineHeight + 10 + std::max(30.0, label_width(canvas, y));
  const double top = kLineHeight + 10, bottom = 2 * kLineHeight + 8, right = 10;
  const Frame frame{
      {box.x + left, box.y + top, box.width - left - right, box.height - top - bottom}, x_range_of(chart), y};
  canvas.text({frame.box.x, box.y + 13}, chart.title, kTitle);
  draw_legend(canvas, chart, {frame.box.x, box.y, frame.box.width, top});
  draw_axes(canvas, chart, frame);
  canvas.text({frame.box.x + frame.box.width / 2, box.y + box.height - 6}, chart.x_label,
              aligned(kLabel, Align::centre));
  TextStyle upwards = aligned(kLabel, Align::centre);
  upwards.upwards = true;
  canvas.text({box.x + 12, frame.box.y + frame.box.height / 2}, chart.y_label, upwards);
  for (std::size_t i = 0; i < chart.series.size(); ++i)
    draw_series(canvas, chart.series[i], kSeriesColours[i % kSeriesColours.size()], frame);
  draw_mark(canvas, chart, frame);
  draw_mark_label(canvas, chart, frame);
}

}  // namespace tn
