#include "libcore/plot/case_charts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"
#include "libcore/eval/calibration.hpp"
#include "libcore/eval/roc.hpp"
#include "libcore/eval/statistics.hpp"
#include "libcore/plot/density.hpp"
#include "libcore/plot/threshold_curves.hpp"

namespace tn {
namespace {

constexpr double kNormal = 1.959963984540054;  // of 95 % in the middle

std::string auroc_text(const LabelledCases& cases) {
  const auto value = auroc(cases.cases);
  std::string text = value ? fmt::format("AUROC {:.3f}", *value) : "no AUROC";
  const auto estimate = estimate_auroc(cases.cases, cases.units);
  if (!estimate) return text;
  const double room = kNormal * std::sqrt(estimate->variance);
  return fmt::format("{} ({:.3f} to {:.3f})", text, std::max(0.0, estimate->auroc - room),
                     std::min(1.0, estimate->auroc + room));
}

Series reference(Point from, Point to) {
  Series series{"", {from, to}, true};
  series.quiet = true;
  return series;
}

Chart unit_square(const char* title, const char* x_label, const char* y_label) {
  Chart chart;
  chart.title = title;
  chart.x_label = x_label;
  chart.y_label = y_label;
  chart.x_range = chart.y_range = Range{0, 1};
  chart.legend_below = true;
  return chart;
}

// A corner between two points of different precision: it changes where the higher recall begins.
std::vector<Point> stepped(const std::vector<Point>& points) {
  std::vector<Point> result{{0, points.front().y}};
  for (const Point& point : points) {
    result.push_back({result.back().x, point.y});
    result.push_back(point);
  }
  return result;
}

// Wilson's interval of a share.
Bar wilson(double x, double hits, double n) {
  const double z2 = kNormal * kNormal, share = hits / n;
  const double middle = (share + z2 / (2 * n)) / (1 + z2 / n);
  const double room = kNormal / (1 + z2 / n) * std::sqrt(share * (1 - share) / n + z2 / (4 * n * n));
  return {x, std::max(0.0, middle - room), std::min(1.0, middle + room)};
}

struct Bins {
  std::array<double, kCalibrationBins> n{}, p{}, malignant{};
};

Bins bins_of(const LabelledCases& cases) {
  Bins bins;
  for (const ScoredCase& one : cases.cases) {
    const std::size_t bin = calibration_bin(one.p_malignant);
    ++bins.n.at(bin);
    bins.p.at(bin) += one.p_malignant;
    bins.malignant.at(bin) += one.malignant ? 1 : 0;
  }
  return bins;
}

Series reliability_series(const CaseRun& run, const LabelledCases& cases, const Bins& bins) {
  Series series;
  series.line = false;
  series.name = fmt::format("{}: ECE {:.3f}, Brier {:.3f}", run.name,
                            calibration_error(cases.cases).value_or(0), brier(cases.cases).value_or(0));
  for (std::size_t i = 0; i < kCalibrationBins; ++i) {
    const double n = bins.n.at(i);
    if (n == 0) continue;
    series.points.push_back({bins.p.at(i) / n, bins.malignant.at(i) / n});
    series.whiskers.push_back(wilson(bins.p.at(i) / n, bins.malignant.at(i), n));
  }
  return series;
}

// Runs stand beside each other in their bin.
Series count_series(const Bins& bins, std::size_t run, std::size_t runs) {
  Series series;
  const double bin = 1.0 / kCalibrationBins, column = bin * 0.9 / static_cast<double>(runs);
  series.column = column;
  series.colour = run;
  for (std::size_t i = 0; i < kCalibrationBins; ++i)
    series.points.push_back(
        {static_cast<double>(i) * bin + 0.05 * bin + (static_cast<double>(run) + 0.5) * column,
         bins.n.at(i)});
  return series;
}

BoxMark box_of(double x, const std::vector<double>& values) {
  BoxMark box{x, 0, percentile(values, 0.25), percentile(values, 0.5), percentile(values, 0.75), 0, values};
  const double reach = 1.5 * (box.third - box.first);
  box.low = box.first;
  box.high = box.third;
  for (const double value : values) {
    if (value >= box.first - reach) box.low = std::min(box.low, value);
    if (value <= box.third + reach) box.high = std::max(box.high, value);
  }
  return box;
}

bool is_share(const std::vector<BoxMark>& boxes) {
  return std::ranges::all_of(boxes, [](const BoxMark& box) {
    return std::ranges::all_of(box.values, [](double value) { return value >= 0 && value <= 1; });
  });
}

Range range_of_values(const std::vector<BoxMark>& boxes) {
  Range range{boxes.front().values.front(), boxes.front().values.front()};
  for (const BoxMark& box : boxes)
    for (const double value : box.values) {
      range.low = std::min(range.low, value);
      range.high = std::max(range.high, value);
    }
  return rounded(range, 5);
}

// Areas in the unit that fits all of them.
std::vector<Point> area_points(const CaseRun& run, bool millimetres) {
  std::vector<Point> points;
  for (std::size_t i = 0; i < run.cases.size(); ++i) {
    const auto& counts = run.cases[i].counts;
    if (!counts) continue;
    const auto spacing = millimetres ? spacing_of(run.records[i]) : std::nullopt;
    const double pixel = spacing ? (*spacing)[0] * (*spacing)[1] : 1;
    const double predicted = static_cast<double>(counts->tp + counts->fp) * pixel;
    const double drawn = static_cast<double>(counts->tp + counts->fn) * pixel;
    points.push_back({(predicted + drawn) / 2, predicted - drawn});
  }
  return points;
}

// Of the differences: the mean and, where there are two, the limits of agreement.
std::vector<Level> agreement(const std::vector<Point>& points) {
  std::vector<double> differences;
  differences.reserve(points.size());
  for (const Point& point : points) differences.push_back(point.y);
  const Spread of = spread(differences);
  std::vector<Level> levels{{*of.mean, fmt::format("mean {:.4g}", *of.mean), false}};
  if (!of.sd) return levels;
  const double low = *of.mean - 1.96 * *of.sd, high = *of.mean + 1.96 * *of.sd;
  levels.push_back({low, fmt::format("mean − 1.96 SD: {:.4g}", low)});
  levels.push_back({high, fmt::format("mean + 1.96 SD: {:.4g}", high)});
  return levels;
}

}  // namespace

Chart roc_chart(std::span<const CaseRun> runs, const IntervalOptions& band) {
  Chart chart = unit_square("ROC", "1 − specificity", "sensitivity");
  for (const CaseRun& run : runs) {
    const LabelledCases cases = labelled_cases(run);
    Series series{fmt::format("{}: {}", run.name, auroc_text(cases)), roc_points(cases.cases)};
    series.band = roc_band(cases, band);
    chart.series.push_back(std::move(series));
  }
  chart.series.push_back(reference({0, 0}, {1, 1}));
  return chart;
}

Chart pr_chart(std::span<const CaseRun> runs, const IntervalOptions& band) {
  Chart chart = unit_square("Precision and recall", "recall (sensitivity)", "precision (PPV)");
  double malignant = 0, all = 0;
  for (const CaseRun& run : runs) {
    const LabelledCases cases = labelled_cases(run);
    Series series{fmt::format("{}: AUPRC {:.3f}", run.name, auprc(cases.cases).value_or(0)),
                  stepped(pr_points(cases.cases))};
    series.band = pr_band(cases, band);
    chart.series.push_back(std::move(series));
    if (all > 0) continue;
    all = static_cast<double>(cases.cases.size());
    malignant = static_cast<double>(std::ranges::count(cases.cases, true, &ScoredCase::malignant));
  }
  chart.series.push_back(reference({0, malignant / all}, {1, malignant / all}));
  return chart;
}

std::vector<Chart> reliability_charts(std::span<const CaseRun> runs) {
  Chart chart = unit_square("Reliability", "mean P(malignant)", "share that is malignant");
  Chart counts;
  counts.title = "Cases a bin";
  counts.x_label = "P(malignant)";
  counts.y_label = "cases";
  counts.x_range = Range{0, 1};
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const LabelledCases cases = labelled_cases(runs[i]);
    const Bins bins = bins_of(cases);
    chart.series.push_back(reliability_series(runs[i], cases, bins));
    counts.series.push_back(count_series(bins, i, runs.size()));
  }
  chart.series.push_back(reference({0, 0}, {1, 1}));
  return {chart, counts};
}

Chart box_chart(const CaseRun& run, const std::string& metric, const std::string& by, bool violin) {
  std::map<std::string, std::vector<double>> groups;
  for (const Record& record : run.records)
    if (const auto value = number_at(record, "metrics." + metric))
      groups[value_text(record, by).value_or("null")].push_back(*value);
  if (groups.empty()) throw Error(Exit::bad_data, "{}: no record has 'metrics.{}'", run.path, metric);
  if (groups.size() > 24)
    throw Error(Exit::bad_data, "{}: '{}' has {} values: too many for a chart", run.path, by, groups.size());
  std::vector<std::pair<std::string, std::vector<double>>> order(groups.begin(), groups.end());
  std::ranges::stable_sort(order, std::greater<>(), [](const auto& one) { return one.second.size(); });
  Chart chart;
  chart.title = fmt::format("{} by {}", metric, by);
  chart.x_label = by;
  chart.y_label = metric;
  chart.x_range = Range{-0.5, static_cast<double>(order.size()) - 0.5};
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto x = static_cast<double>(i);
    chart.x_names.emplace_back(x, fmt::format("{} (n = {})", order[i].first, order[i].second.size()));
    chart.boxes.push_back(box_of(x, order[i].second));
    if (violin) chart.boxes.back().density = kernel_density(order[i].second, density_steps(order[i].second));
  }
  if (violin) chart.note = "density: normal kernel, Silverman's bandwidth";
  chart.y_range = is_share(chart.boxes) ? Range{0, 1} : range_of_values(chart.boxes);
  return chart;
}

Chart area_chart(const CaseRun& run) {
  const bool millimetres = std::ranges::all_of(
      run.records, [](const Record& record) { return record.failed() || spacing_of(record); });
  const std::vector<Point> points = area_points(run, millimetres);
  if (points.empty()) throw Error(Exit::bad_data, "{}: no record has masks that were compared", run.path);
  const char* unit = millimetres ? "mm²" : "px";
  Chart chart;
  chart.title = "Area: predicted and drawn";
  chart.x_label = fmt::format("mean of both areas, {}", unit);
  chart.y_label = fmt::format("predicted less drawn, {}", unit);
  Series series{"", points};
  series.line = false;
  const auto [least, most] = std::ranges::minmax(points, {}, &Point::x);
  chart.x_range = rounded({least.x, most.x}, 10);
  chart.series.push_back(std::move(series));
  chart.levels = agreement(points);
  return chart;
}

Chart sweep_chart(std::span<const SweepPoint> points, const std::string& metric, const std::string& x_label) {
  Chart chart;
  chart.title = chart.y_label = metric;
  chart.x_label = x_label;
  Series series;
  for (const SweepPoint& point : points) {
    const auto value = stored_value(point.report, metric);
    if (!value) throw Error(Exit::bad_data, "{}: has no metric '{}'", point.report.name, metric);
    series.points.push_back({point.x, value->value_or(std::nan(""))});
    const auto& json = point.report.json;
    if (!json.contains("intervals") || !json["intervals"]["of"].contains(metric)) continue;
    const auto& ends = json["intervals"]["of"][metric];
    if (ends.is_array()) series.whiskers.push_back({point.x, ends[0].get<double>(), ends[1].get<double>()});
  }
  std::ranges::stable_sort(series.points, {}, &Point::x);
  if (std::ranges::none_of(series.points, [](const Point& one) { return std::isfinite(one.y); }))
    throw Error(Exit::bad_data, "'{}' is undefined in every report", metric);
  chart.series.push_back(std::move(series));
  return chart;
}

std::pair<double, std::string> parse_sweep_operand(const std::string& text) {
  const auto equals = text.find('=');
  const auto x = equals == std::string::npos ? std::nullopt : parse_double(text.substr(0, equals));
  if (!x || equals + 1 == text.size())
    throw Error(Exit::usage, "'{}' is not NUMBER=REPORT, such as 0.2=run/report.json", text);
  return {*x, text.substr(equals + 1)};
}

void draw_confusion(Canvas& canvas, const CaseRun& run, double threshold, const Box& box) {
  const ClassCounts counts = class_counts(labelled_cases(run).cases, threshold);
  const Theme& theme = canvas.theme();
  const auto words = [&](double x, double y, const std::string& text, double size, bool bold) {
    canvas.text({x, y}, text, {.size = size, .align = Align::centre, .bold = bold});
  };
  canvas.text({box.x + 90, box.y + 13}, fmt::format("{}, malignant from {:.3g} on", run.name, threshold),
              {.size = 13, .bold = true});
  const double left = box.x + 90, top = box.y + 48, side = std::min(box.width - 90, box.height - 48);
  const double cell = side / 2;
  words(left + cell / 2, top - 8, "called benign", 12, false);
  words(left + 1.5 * cell, top - 8, "called malignant", 12, false);
  const std::array<std::array<std::int64_t, 2>, 2> rows{{{counts.tn, counts.fp}, {counts.fn, counts.tp}}};
  for (std::size_t row = 0; row < 2; ++row) {
    const double y = top + static_cast<double>(row) * cell;
    const auto all = static_cast<double>(rows.at(row)[0] + rows.at(row)[1]);
    canvas.text({left - 8, y + cell / 2}, row == 0 ? "benign" : "malignant",
                {.size = 12, .align = Align::right});
    for (std::size_t column = 0; column < 2; ++column) {
      const double x = left + static_cast<double>(column) * cell;
      const double share = static_cast<double>(rows.at(row).at(column)) / all;
      const std::array corners{Point{x, y}, Point{x + cell, y}, Point{x + cell, y + cell},
                               Point{x, y + cell}};
      canvas.area(corners, theme.series[row == column ? 0 : 1], 0.08 + 0.42 * share);
      canvas.frame({x, y, cell, cell}, {theme.ink, 1});
      words(x + cell / 2, y + cell / 2, std::to_string(rows.at(row).at(column)), 24, true);
      words(x + cell / 2, y + cell / 2 + 22, fmt::format("{:.1f} %", 100 * share), 12, false);
    }
  }
}

}  // namespace tn
