#include "libcore/plot/threshold_curves.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

#include "libcore/base/random.hpp"
#include "libcore/eval/statistics.hpp"

namespace tn {
namespace {

constexpr std::size_t kPlaces = 101;

using Order = std::vector<std::size_t>;  // of cases, the most probable first

Order order_of(std::span<const ScoredCase> cases) {
  Order order(cases.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order,
                           [&](auto a, auto b) { return cases[a].p_malignant > cases[b].p_malignant; });
  return order;
}

// How many of each class are called malignant at each distinct probability, from the highest down.
struct Called {
  double tp = 0, fp = 0;
};

std::vector<Called> called(std::span<const ScoredCase> cases, const Order& order,
                           std::span<const double> weights) {
  std::vector<Called> result;
  Called now;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const ScoredCase& one = cases[order[i]];
    (one.malignant ? now.tp : now.fp) += weights[order[i]];
    if (i + 1 == order.size() || cases[order[i + 1]].p_malignant != one.p_malignant) result.push_back(now);
  }
  return result;
}

std::vector<Point> roc_of(const std::vector<Called>& counts) {
  std::vector<Point> points{{0, 0}};
  for (const Called& one : counts) points.push_back({one.fp / counts.back().fp, one.tp / counts.back().tp});
  return points;
}

std::vector<Point> pr_of(const std::vector<Called>& counts) {
  std::vector<Point> points;
  for (const Called& one : counts)
    if (one.tp + one.fp > 0) points.push_back({one.tp / counts.back().tp, one.tp / (one.tp + one.fp)});
  return points;
}

// The sensitivity at a false positive rate, on the line between two points; the highest of a vertical step.
double roc_at(const std::vector<Point>& points, double x) {
  const auto next = std::ranges::upper_bound(points, x, {}, &Point::x);
  if (next == points.end()) return points.back().y;
  const Point& before = *(next - 1);
  return before.y + (next->y - before.y) * (x - before.x) / (next->x - before.x);
}

// The precision of the first point that reaches the recall.
double pr_at(const std::vector<Point>& points, double x) {
  const auto here = std::ranges::lower_bound(points, x - 1e-12, {}, &Point::x);
  return here == points.end() ? points.back().y : here->y;
}

using Curve = std::function<std::vector<Point>(const std::vector<Called>&)>;
using Reading = std::function<double(const std::vector<Point>&, double)>;

std::vector<Bar> band(const LabelledCases& cases, const IntervalOptions& options, const Curve& curve,
                      const Reading& reading) {
  const Order order = order_of(cases.cases);
  std::vector<std::vector<double>> at(kPlaces);
  for (std::int64_t i = 0; i < options.resamples; ++i) {
    Random random(options.seed, "bootstrap", static_cast<std::uint64_t>(i));
    std::vector<double> drawn(cases.unit_count), weights(cases.cases.size());
    for (std::size_t k = 0; k < cases.unit_count; ++k) ++drawn[random.below(cases.unit_count)];
    for (std::size_t k = 0; k < weights.size(); ++k) weights[k] = drawn[cases.units[k]];
    const std::vector<Called> counts = called(cases.cases, order, weights);
    if (counts.back().tp == 0 || counts.back().fp == 0) continue;
    const std::vector<Point> points = curve(counts);
    for (std::size_t k = 0; k < kPlaces; ++k)
      at[k].push_back(reading(points, static_cast<double>(k) / (kPlaces - 1)));
  }
  std::vector<Bar> result;
  if (at.front().empty()) return result;
  const double low = (1 - options.confidence) / 2;
  for (std::size_t k = 0; k < kPlaces; ++k)
    result.push_back(
        {static_cast<double>(k) / (kPlaces - 1), percentile(at[k], low), percentile(at[k], 1 - low)});
  return result;
}

std::vector<Called> called(std::span<const ScoredCase> cases) {
  const std::vector<double> ones(cases.size(), 1);
  return called(cases, order_of(cases), ones);
}

}  // namespace

std::vector<Point> roc_points(std::span<const ScoredCase> cases) {
  return roc_of(called(cases));
}

std::vector<Point> pr_points(std::span<const ScoredCase> cases) {
  return pr_of(called(cases));
}

std::vector<Bar> roc_band(const LabelledCases& cases, const IntervalOptions& options) {
  return band(cases, options, roc_of, roc_at);
}

std::vector<Bar> pr_band(const LabelledCases& cases, const IntervalOptions& options) {
  return band(cases, options, pr_of, pr_at);
}

}  // namespace tn
