#include "libcore/eval/operating.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "libcore/base/error.hpp"

namespace tn {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr int kCurveSteps = 99;

// Sums of weights; whole numbers where weights count.
struct Sums {
  double malignant = 0, benign = 0;
};

// Cases of one probability, the most probable first, each with the sums down to it.
struct Step {
  double p = 0;
  Sums to_here;
};

struct Curve {
  std::vector<Step> steps;
  Sums all;
};

struct Sorted {
  std::vector<ScoredCase> cases;  // the most probable first
  std::vector<std::uint32_t> units;
};

Curve curve_of(const Sorted& sorted, const std::vector<double>& weights) {
  Curve curve;
  for (std::size_t i = 0; i < sorted.cases.size(); ++i) {
    const double weight = weights[sorted.units[i]];
    if (weight == 0) continue;
    const ScoredCase& one = sorted.cases[i];
    (one.malignant ? curve.all.malignant : curve.all.benign) += weight;
    if (curve.steps.empty() || curve.steps.back().p != one.p_malignant)
      curve.steps.push_back({one.p_malignant, {}});
    curve.steps.back().to_here = curve.all;
  }
  return curve;
}

// What is called malignant from the threshold up.
Sums called(const Curve& curve, double threshold) {
  const auto first_below =
      std::ranges::partition_point(curve.steps, [&](const Step& step) { return step.p >= threshold; });
  return first_below == curve.steps.begin() ? Sums{} : std::prev(first_below)->to_here;
}

struct Place {
  std::optional<double> threshold;
  Sums called;
};

// Nothing if the share is undefined.
std::optional<Place> place_of(const Curve& curve, Fixed fixed, double at) {
  if (fixed == Fixed::threshold) return Place{at, called(curve, at)};
  if (curve.all.malignant == 0 || curve.all.benign == 0) return std::nullopt;
  Place place;
  for (const Step& step : curve.steps) {
    if (fixed == Fixed::specificity && (curve.all.benign - step.to_here.benign) / curve.all.benign < at)
      break;
    if (fixed == Fixed::specificity && step.to_here.malignant == place.called.malignant) continue;
    place = {step.p, step.to_here};
    if (fixed == Fixed::sensitivity && step.to_here.malignant / curve.all.malignant >= at) break;
  }
  return place;
}

ClassCounts counts_of(const Curve& curve, const Sums& called) {
  const auto whole = [](double sum) { return std::llround(sum); };
  return {whole(called.malignant), whole(called.benign), whole(curve.all.malignant - called.malignant),
          whole(curve.all.benign - called.benign)};
}

double over(double a, double b) {
  return b > 0 ? a / b : kNone;
}

double benefit(const Sums& called, double cases, double threshold) {
  return (called.malignant - called.benign * threshold / (1 - threshold)) / cases;
}

Sorted sorted_cases(std::span<const CaseScore> cases, std::size_t& units) {
  std::vector<CaseScore> labelled;
  for (const CaseScore& one : cases)
    if (!one.error && one.malignant && one.p_malignant) labelled.push_back(one);
  const Units found = units_of(labelled);
  units = found.count;
  std::vector<std::size_t> order(labelled.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, std::greater<>(), [&](std::size_t i) { return *labelled[i].p_malignant; });
  Sorted sorted;
  for (const std::size_t i : order) {
    sorted.cases.push_back({*labelled[i].p_malignant, *labelled[i].malignant});
    sorted.units.push_back(found.of_case[i]);
  }
  return sorted;
}

struct Asked {
  Fixed fixed;
  double at;
};

std::vector<Asked> asked_points(const OperatingOptions& options) {
  std::vector<Asked> asked;
  for (const double at : options.at_sensitivity) asked.push_back({Fixed::sensitivity, at});
  for (const double at : options.at_specificity) asked.push_back({Fixed::specificity, at});
  for (const double at : options.at_threshold) asked.push_back({Fixed::threshold, at});
  return asked;
}

// Of each point sensitivity and specificity, then the net benefits.
std::vector<double> values_of(const Curve& curve, const std::vector<Asked>& asked, bool with_curve) {
  std::vector<double> values;
  for (const Asked& one : asked) {
    const auto place = place_of(curve, one.fixed, one.at);
    values.push_back(place ? over(place->called.malignant, curve.all.malignant) : kNone);
    values.push_back(place ? over(curve.all.benign - place->called.benign, curve.all.benign) : kNone);
  }
  for (int i = 1; with_curve && i <= kCurveSteps; ++i)
    values.push_back(benefit(called(curve, i / 100.0), curve.all.malignant + curve.all.benign, i / 100.0));
  return values;
}

OperatingPoint point_of(const Curve& curve, const Asked& one) {
  OperatingPoint point{one.fixed, one.at, std::nullopt, false, {}, {}, {}};
  if (const auto place = place_of(curve, one.fixed, one.at)) {
    point.reached = true;
    point.threshold = place->threshold;
    point.counts = counts_of(curve, place->called);
  }
  return point;
}

Operating estimate(const Curve& curve, const std::vector<Asked>& asked, bool with_curve) {
  Operating result;
  for (const Asked& one : asked) result.points.push_back(point_of(curve, one));
  const double cases = curve.all.malignant + curve.all.benign;
  for (int i = 1; with_curve && i <= kCurveSteps; ++i)
    result.curve.push_back({i / 100.0,
                            benefit(called(curve, i / 100.0), cases, i / 100.0),
                            benefit(curve.all, cases, i / 100.0),
                            {}});
  return result;
}

void add_ranges(Operating& result, const std::vector<Interval>& found) {
  std::vector<Range*> ranges;
  for (OperatingPoint& point : result.points) {
    ranges.push_back(&point.sensitivity);
    ranges.push_back(&point.specificity);
  }
  for (DecisionRow& row : result.curve) ranges.push_back(&row.range);
  for (const Interval& one : found) *ranges[std::stoul(one.name)] = {one.low, one.high};
}

void check_shares(const std::vector<double>& shares, const char* what, bool zero) {
  for (const double share : shares)
    if (!(share <= 1 && (share > 0 || (zero && share == 0))))
      throw Error(Exit::usage, "a {} of {} is not in {}", what, share, zero ? "[0,1]" : "(0,1]");
}

}  // namespace

std::string_view fixed_name(Fixed fixed) {
  return fixed == Fixed::sensitivity   ? "sensitivity"
         : fixed == Fixed::specificity ? "specificity"
                                       : "threshold";
}

void check(const OperatingOptions& options) {
  check_shares(options.at_sensitivity, "sensitivity", false);
  check_shares(options.at_specificity, "specificity", false);
  check_shares(options.at_threshold, "threshold", true);
}

std::optional<OperatingPoint> point_at(std::span<const ScoredCase> cases, Fixed fixed, double at) {
  Sorted sorted{{cases.begin(), cases.end()}, std::vector<std::uint32_t>(cases.size())};
  std::ranges::stable_sort(sorted.cases, std::greater<>(), &ScoredCase::p_malignant);
  const OperatingPoint point = point_of(curve_of(sorted, {1}), {fixed, at});
  return point.reached ? std::optional(point) : std::nullopt;
}

std::optional<Operating> operating(std::span<const CaseScore> cases, const OperatingOptions& options,
                                   const IntervalOptions& intervals) {
  const std::vector<Asked> asked = asked_points(options);
  if (asked.empty() && !options.decision_curve) return std::nullopt;
  std::size_t units = 0;
  const Sorted sorted = sorted_cases(cases, units);
  if (sorted.cases.empty()) return std::nullopt;
  const Curve curve = curve_of(sorted, std::vector<double>(units, 1));
  Operating result = estimate(curve, asked, options.decision_curve);
  if (intervals.resamples == 0) return result;
  std::vector<Statistic> names;  // numbers: the order of the values
  for (std::size_t i = 0; i < 2 * asked.size() + result.curve.size(); ++i)
    names.push_back({std::to_string(i)});
  add_ranges(result, intervals_of(names, units, intervals, [&](std::span<const std::vector<double>> weights) {
               std::vector<std::vector<double>> values;
               for (const std::vector<double>& one : weights)
                 values.push_back(values_of(curve_of(sorted, one), asked, options.decision_curve));
               return values;
             }));
  return result;
}

}  // namespace tn
