#include "libcore/plot/chart.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tn {
namespace {

constexpr TextStyle kLabel{.size = 11};
constexpr TextStyle kTitle{.size = 13, .bold = true};
constexpr double kLineHeight = 16;
constexpr std::size_t kDottedPoints = 40;  // up to so many points each gets a dot
constexpr int kMargin = 14;

TextStyle aligned(TextStyle style, Align align) {
  style.align = align;
  return style;
}

TextStyle quiet(const Canvas& canvas, Align align = Align::left) {
  TextStyle style = aligned(kLabel, align);
  style.colour = canvas.theme().quiet;
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

struct Extent {
  Range range{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};

  void take(double value) {
    if (!std::isfinite(value)) return;
    range.low = std::min(range.low, value);
    range.high = std::max(range.high, value);
  }
  Range result() const { return range.low <= range.high ? range : Range{}; }
};

Range x_extent(const Chart& chart) {
  Extent extent;
  for (const Series& series : chart.series) {
    for (const Point& point : series.points)
      if (std::isfinite(point.y)) extent.take(point.x);
    for (const Bar& bar : series.whiskers) extent.take(bar.x);
  }
  for (const BoxMark& box : chart.boxes) extent.take(box.x);
  const Range range = extent.result();
  if (range.high > range.low) return range;
  return {range.low - 0.5, range.high + 0.5};
}

Range y_extent(const Chart& chart) {
  Extent extent;
  const auto take = [&](const std::vector<Bar>& bars) {
    for (const Bar& bar : bars) {
      extent.take(bar.low);
      extent.take(bar.high);
    }
  };
  for (const Series& series : chart.series) {
    for (const Point& point : series.points) extent.take(point.y);
    take(series.band);
    take(series.whiskers);
    if (series.column > 0) extent.take(0);
  }
  for (const Level& level : chart.levels) extent.take(level.y);
  return extent.result();
}

Rgb colour_of(const Canvas& canvas, const Chart& chart, std::size_t i) {
  if (chart.series[i].quiet) return canvas.theme().quiet;
  return canvas.theme().of_series(chart.series[i].colour.value_or(i));
}

void draw_x_axis(Canvas& canvas, const Chart& chart, const Frame& frame) {
  const double bottom = frame.box.y + frame.box.height;
  const auto mark = [&](double value, const std::string& words) {
    const double x = frame.at_x(value);
    canvas.line({x, bottom}, {x, bottom + 4}, {canvas.theme().ink, 1});
    canvas.text({x, bottom + 17}, words, aligned(kLabel, Align::centre));
  };
  if (!chart.x_names.empty()) {
    const double room = frame.box.width / static_cast<double>(chart.x_names.size()) - 6;
    for (const auto& [value, name] : chart.x_names) mark(value, shortened(canvas, name, kLabel, room));
    return;
  }
  const std::vector<double> columns = ticks(frame.x, 10, chart.whole_x);
  for (const double value : columns) mark(value, tick_label(value, columns));
}

void draw_axes(Canvas& canvas, const Chart& chart, const Frame& frame) {
  const Box& box = frame.box;
  const Rgb ink = canvas.theme().ink;
  const std::vector<double> rows = ticks(frame.y, 5);
  for (const double value : rows) {
    const double y = frame.at_y(value);
    canvas.line({box.x, y}, {box.x + box.width, y}, {canvas.theme().rule, 1});
    canvas.text({box.x - 6, y + 4}, tick_label(value, rows), aligned(kLabel, Align::right));
  }
  draw_x_axis(canvas, chart, frame);
  canvas.line({box.x, box.y}, {box.x, box.y + box.height}, {ink, 1});
  canvas.line({box.x, box.y + box.height}, {box.x + box.width, box.y + box.height}, {ink, 1});
}

void draw_band(Canvas& canvas, const Series& series, const Rgb& colour, const Frame& frame) {
  std::vector<Point> corners;
  for (const Bar& bar : series.band) corners.push_back(frame.at({bar.x, bar.low}));
  for (std::size_t i = series.band.size(); i-- > 0;)
    corners.push_back(frame.at({series.band[i].x, series.band[i].high}));
  canvas.area(corners, colour, 0.18);
}

void draw_whiskers(Canvas& canvas, const Series& series, const Rgb& colour, const Frame& frame) {
  for (const Bar& bar : series.whiskers) {
    const Point low = frame.at({bar.x, bar.low}), high = frame.at({bar.x, bar.high});
    canvas.line(low, high, {colour, 1.5});
    for (const Point& end : {low, high}) canvas.line({end.x - 4, end.y}, {end.x + 4, end.y}, {colour, 1.5});
  }
}

void draw_columns(Canvas& canvas, const Series& series, const Rgb& colour, const Frame& frame) {
  for (const Point& point : series.points) {
    const double left = frame.at_x(point.x - series.column / 2), top = frame.at_y(point.y);
    canvas.fill({left, top, frame.at_x(point.x + series.column / 2) - left, frame.at_y(0) - top}, colour);
  }
}

void draw_line(Canvas& canvas, const Series& series, const Rgb& colour, const Frame& frame) {
  std::vector<Point> run;
  const bool dots = !series.line || (!series.quiet && series.points.size() <= kDottedPoints);
  const auto draw_run = [&] {
    if (series.line) canvas.path(run, {colour, series.quiet ? 1.0 : 2.0, series.dashed});
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

void draw_series(Canvas& canvas, const Series& series, const Rgb& colour, const Frame& frame) {
  draw_band(canvas, series, colour, frame);
  draw_whiskers(canvas, series, colour, frame);
  if (series.column > 0)
    draw_columns(canvas, series, colour, frame);
  else
    draw_line(canvas, series, colour, frame);
}

// The density at a value as a share of the densest; 1 without a violin.
double relative_density(const BoxMark& mark, double value) {
  if (mark.density.empty()) return 1;
  const double low = mark.density.front().x, high = mark.density.back().x;
  const double place = (value - low) / (high - low) * static_cast<double>(mark.density.size() - 1);
  const auto nearest = static_cast<std::size_t>(std::lround(place));
  return mark.density.at(nearest).y / std::ranges::max(mark.density, {}, &Point::y).y;
}

// Up its right side and down its left.
void draw_violin(Canvas& canvas, const BoxMark& mark, const Rgb& colour, const Frame& frame, double width) {
  if (mark.density.empty()) return;
  const double x = frame.at_x(mark.x), most = std::ranges::max(mark.density, {}, &Point::y).y;
  std::vector<Point> outline;
  const auto add = [&](const Point& at, double side) {
    outline.push_back({x + side * width / 2 * at.y / most, frame.at_y(at.x)});
  };
  for (const Point& at : mark.density) add(at, 1);
  for (std::size_t i = mark.density.size(); i-- > 0;) add(mark.density[i], -1);
  canvas.area(outline, colour, 0.18);
  canvas.path(outline, {colour, 1.5}, true);
}

// Dots lie beside each other in a pattern that repeats, so that the same values make the same picture; they
// stay inside a violin.
void draw_box_mark(Canvas& canvas, const BoxMark& mark, const Rgb& colour, const Frame& frame, double width) {
  const double x = frame.at_x(mark.x);
  draw_violin(canvas, mark, colour, frame, width);
  for (std::size_t i = 0; i < mark.values.size(); ++i) {
    const double aside = (static_cast<double>(i * 7 % 11) / 10 - 0.5) * 0.8 * width;
    canvas.dot({x + aside * relative_density(mark, mark.values[i]), frame.at_y(mark.values[i])}, 1.5,
               canvas.theme().quiet);
  }
  if (!mark.density.empty()) width /= 5;
  const Stroke stroke{colour, 2};
  const double top = frame.at_y(mark.third), bottom = frame.at_y(mark.first);
  canvas.line({x, frame.at_y(mark.high)}, {x, top}, stroke);
  canvas.line({x, bottom}, {x, frame.at_y(mark.low)}, stroke);
  for (const double end : {mark.low, mark.high})
    canvas.line({x - width / 4, frame.at_y(end)}, {x + width / 4, frame.at_y(end)}, stroke);
  canvas.frame({x - width / 2, top, width, bottom - top}, stroke);
  const double median = frame.at_y(mark.median);
  canvas.line({x - width / 2, median}, {x + width / 2, median}, {colour, 4});
}

void draw_boxes(Canvas& canvas, const Chart& chart, const Frame& frame) {
  if (chart.boxes.empty()) return;
  const double width = std::min(90.0, frame.box.width / static_cast<double>(chart.boxes.size()) * 0.5);
  for (const BoxMark& mark : chart.boxes) draw_box_mark(canvas, mark, canvas.theme().series[0], frame, width);
}

void draw_levels(Canvas& canvas, const Chart& chart, const Frame& frame) {
  const double right = frame.box.x + frame.box.width;
  for (const Level& level : chart.levels) {
    const double y = frame.at_y(level.y);
    canvas.line({frame.box.x, y}, {right, y}, {canvas.theme().ink, 1, level.dashed});
    canvas.text({right, y - 4}, level.label, aligned(kLabel, Align::right));
  }
}

void draw_mark(Canvas& canvas, const Chart& chart, const Frame& frame) {
  if (!chart.marked_x) return;
  const double x = frame.at_x(*chart.marked_x);
  canvas.line({x, frame.box.y}, {x, frame.box.y + frame.box.height}, {canvas.theme().quiet, 1, true});
  for (std::size_t i = 0; i < chart.series.size(); ++i)
    for (const Point& point : chart.series[i].points)
      if (point.x == *chart.marked_x && std::isfinite(point.y))
        canvas.dot(frame.at(point), 4, colour_of(canvas, chart, i));
}

// Beside the marked line, on paper, so that no curve crosses the words.
void draw_mark_label(Canvas& canvas, const Chart& chart, const Frame& frame) {
  if (!chart.marked_x) return;
  const double x = frame.at_x(*chart.marked_x), width = canvas.text_width(chart.mark_label, kLabel);
  const bool right_half = x > frame.box.x + frame.box.width / 2;
  const double left = right_half ? x - 6 - width : x + 6;
  canvas.fill({left - 2, frame.box.y + 2, width + 4, kLineHeight}, canvas.theme().paper);
  canvas.text({left, frame.box.y + 14}, chart.mark_label, quiet(canvas));
}

void draw_sample(Canvas& canvas, const Series& series, const Rgb& colour, Point from) {
  if (series.column > 0)
    canvas.fill({from.x, from.y - 5, 24, 10}, colour);
  else if (series.line)
    canvas.line(from, {from.x + 24, from.y}, {colour, 2, series.dashed});
  else
    canvas.dot({from.x + 12, from.y}, 2.5, colour);
}

// From the right edge leftwards, in the line of the title.
void draw_legend_above(Canvas& canvas, const Chart& chart, const Box& box) {
  double x = box.x + box.width;
  for (std::size_t i = chart.series.size(); i-- > 0;) {
    if (chart.series[i].name.empty()) continue;
    canvas.text({x, box.y + 12}, chart.series[i].name, aligned(kLabel, Align::right));
    x -= canvas.text_width(chart.series[i].name, kLabel) + 6;
    draw_sample(canvas, chart.series[i], colour_of(canvas, chart, i), {x - 24, box.y + 8});
    x -= 24 + 16;
  }
}

void draw_legend_below(Canvas& canvas, const Chart& chart, const Box& box) {
  double y = box.y + 12;
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    if (chart.series[i].name.empty()) continue;
    draw_sample(canvas, chart.series[i], colour_of(canvas, chart, i), {box.x, y - 4});
    canvas.text({box.x + 30, y}, shortened(canvas, chart.series[i].name, kLabel, box.width - 30), kLabel);
    y += kLineHeight;
  }
}

double legend_height(const Chart& chart) {
  if (!chart.legend_below) return 0;
  return kLineHeight * static_cast<double>(std::ranges::count_if(
                           chart.series, [](const Series& s) { return !s.name.empty(); }));
}

// Room for the widest label of the y axis.
double label_width(const Canvas& canvas, const Range& y) {
  const std::vector<double> rows = ticks(y, 5);
  double width = 0;
  for (const double value : rows) width = std::max(width, canvas.text_width(tick_label(value, rows), kLabel));
  return width;
}

void draw_words(Canvas& canvas, const Chart& chart, const Box& box, const Frame& frame) {
  canvas.text({frame.box.x, box.y + 13}, chart.title, kTitle);
  canvas.text({frame.box.x + frame.box.width / 2, frame.box.y + frame.box.height + 34}, chart.x_label,
              aligned(kLabel, Align::centre));
  TextStyle upwards = aligned(kLabel, Align::centre);
  upwards.upwards = true;
  canvas.text({box.x + 12, frame.box.y + frame.box.height / 2}, chart.y_label, upwards);
  if (!chart.note.empty()) {
    const double room = frame.box.width - canvas.text_width(chart.title, kTitle) - 16;
    canvas.text({frame.box.x + frame.box.width, box.y + 12}, shortened(canvas, chart.note, kLabel, room),
                quiet(canvas, Align::right));
  }
  if (chart.legend_below)
    draw_legend_below(canvas, chart, {frame.box.x, frame.box.y + frame.box.height + 40, frame.box.width, 0});
  else
    draw_legend_above(canvas, chart, {frame.box.x, box.y, frame.box.width, 0});
}

}  // namespace

void draw(Canvas& canvas, const Chart& chart, const Box& box) {
  const Range y = chart.y_range.value_or(rounded(y_extent(chart), 5));
  const double left = kLineHeight + 10 + std::max(30.0, label_width(canvas, y));
  const double top = kLineHeight + 10, bottom = 2 * kLineHeight + 8 + legend_height(chart), right = 10;
  const Frame frame{{box.x + left, box.y + top, box.width - left - right, box.height - top - bottom},
                    chart.x_range.value_or(x_extent(chart)),
                    y};
  draw_axes(canvas, chart, frame);
  draw_words(canvas, chart, box, frame);
  for (std::size_t i = 0; i < chart.series.size(); ++i)
    draw_series(canvas, chart.series[i], colour_of(canvas, chart, i), frame);
  draw_boxes(canvas, chart, frame);
  draw_levels(canvas, chart, frame);
  draw_mark(canvas, chart, frame);
  draw_mark_label(canvas, chart, frame);
}

std::string draw_panels(const std::vector<Chart>& charts, int width, int height, PictureFormat format,
                        const Theme& theme) {
  double total = kMargin;
  for (const Chart& chart : charts) total += height + legend_height(chart) + kMargin;
  Canvas canvas(format, width, static_cast<int>(total), theme);
  double y = kMargin;
  for (const Chart& chart : charts) {
    const double high = height + legend_height(chart);
    draw(canvas, chart, {kMargin, y, width - 2.0 * kMargin, high});
    y += high + kMargin;
  }
  return canvas.finish();
}

}  // namespace tn
