#include "libcore/eval/bootstrap.hpp"

#include <algorithm>
#include <cmath>

#include "libcore/base/error.hpp"
#include "libcore/base/random.hpp"
#include "libcore/eval/statistics.hpp"
#include "libcore/image/ordered.hpp"

namespace tn {
namespace {

using Values = std::vector<std::vector<double>>;  // one vector of statistics a weighting
using Weighting = std::function<void(std::size_t index, std::vector<double>& weights)>;

// values of `count` weightings, in order, kTogether at a time over the threads.
Values of_weightings(std::size_t count, std::size_t units, std::int64_t jobs, const Weighting& weighting,
                     const Valuation& valuation) {
  Values result(count);
  const std::size_t blocks = (count + Sample::kTogether - 1) / Sample::kTogether;
  for_each_index(blocks, static_cast<int>(jobs), [&](std::size_t block) {
    const std::size_t first = block * Sample::kTogether, last = std::min(count, first + Sample::kTogether);
    Values weights(last - first, std::vector<double>(units));
    for (std::size_t i = first; i < last; ++i) weighting(i, weights[i - first]);
    Values values = valuation(weights);
    for (std::size_t i = first; i < last; ++i) result[i] = std::move(values[i - first]);
  });
  return result;
}

std::vector<double> column_of(const Values& values, std::size_t column) {
  std::vector<double> result;
  result.reserve(values.size());
  for (const std::vector<double>& one : values) result.push_back(one[column]);
  return result;
}

std::vector<double> defined(const std::vector<double>& values) {
  std::vector<double> result;
  std::ranges::copy_if(values, std::back_inserter(result), [](double value) { return !std::isnan(value); });
  return result;
}

// Of the share of resamples below the estimate (equal ones counted half) the normal quantile.
double bias(double estimate, const std::vector<double>& resampled) {
  const auto below =
      static_cast<double>(std::ranges::count_if(resampled, [&](double v) { return v < estimate; }));
  const auto equal = static_cast<double>(std::ranges::count(resampled, estimate));
  return normal_quantile((below + equal / 2) / static_cast<double>(resampled.size()));
}

// A sixth of the skewness of the samples with one unit left out.
double acceleration(const std::vector<double>& left_out) {
  double mean = 0;
  for (const double value : left_out) mean += value / static_cast<double>(left_out.size());
  double squares = 0, cubes = 0;
  for (const double value : left_out) {
    const double away = mean - value;
    squares += away * away;
    cubes += away * away * away;
  }
  return squares > 0 ? cubes / (6 * std::pow(squares, 1.5)) : 0;
}

}  // namespace

std::string_view method_name(IntervalMethod method) {
  return method == IntervalMethod::percentile ? "percentile" : "bca";
}

void check(const IntervalOptions& options) {
  if (options.resamples < 0) throw Error(Exit::usage, "{} resamples", options.resamples);
  if (!(options.confidence > 0 && options.confidence < 1))
    throw Error(Exit::usage, "a confidence of {} is not between 0 and 1", options.confidence);
}

Interval interval_of(double estimate, const std::vector<double>& resampled,
                     const std::vector<double>& left_out, const IntervalOptions& options) {
  Interval interval;
  const std::vector<double> values = defined(resampled);
  interval.dropped = static_cast<std::int64_t>(resampled.size() - values.size());
  if (values.empty()) {
    interval.reason = "undefined in every resample";
    return interval;
  }
  double low = (1 - options.confidence) / 2, high = 1 - low;
  if (options.method == IntervalMethod::bca) {
    const double z0 = bias(estimate, values), a = acceleration(defined(left_out));
    if (!std::isfinite(z0)) {
      interval.reason = "every resample lies on one side of the estimate: no bias correction";
      return interval;
    }
    const auto corrected = [&](double share) {
      const double z = z0 + normal_quantile(share);
      return normal_share(z0 + z / (1 - a * z));
    };
    low = corrected(low);
    high = corrected(high);
  }
  interval.low = percentile(values, low);
  interval.high = percentile(values, high);
  return interval;
}

std::vector<Interval> intervals_of(const std::vector<Statistic>& names, std::size_t units,
                                   const IntervalOptions& options, const Valuation& valuation) {
  const Values ones(1, std::vector<double>(units, 1));
  const std::vector<double> estimate = valuation(ones).front();
  const Values resampled = of_weightings(
      static_cast<std::size_t>(options.resamples), units, options.jobs,
      [&](std::size_t i, std::vector<double>& weights) {
        Random random(options.seed, "bootstrap", i);
        for (std::size_t k = 0; k < units; ++k) ++weights[random.below(units)];
      },
      valuation);
  Values left_out;
  if (options.method == IntervalMethod::bca)
    left_out = of_weightings(
        units, units, options.jobs,
        [](std::size_t i, std::vector<double>& weights) {
          std::ranges::fill(weights, 1);
          weights[i] = 0;
        },
        valuation);
  std::vector<Interval> result;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (std::isnan(estimate[i])) continue;
    result.push_back(interval_of(estimate[i], column_of(resampled, i), column_of(left_out, i), options));
    result.back().name = names[i].name;
  }
  return result;
}

std::optional<Intervals> intervals(std::span<const CaseScore> cases, EmptyRule empty, double threshold,
                                   const SurfaceOptions& surface, const IntervalOptions& options) {
  if (options.resamples == 0) return std::nullopt;
  const Units units = units_of(cases);
  const Sample sample(cases, units, empty, threshold, surface);
  Intervals result{units.name, units.count, options, {}};
  result.of =
      intervals_of(statistics(surface), units.count, options,
                   [&](std::span<const std::vector<double>> weights) { return sample.values(weights); });
  return result;
}

std::vector<Interval> paired_intervals(const Sample& a, const Sample& b, const std::vector<Statistic>& names,
                                       const IntervalOptions& options) {
  return intervals_of(names, a.units(), options, [&](std::span<const std::vector<double>> weights) {
    Values of_b = b.values(weights);
    const Values of_a = a.values(weights);
    for (std::size_t k = 0; k < of_b.size(); ++k)
      for (std::size_t i = 0; i < of_b[k].size(); ++i) of_b[k][i] -= of_a[k][i];
    return of_b;
  });
}

}  // namespace tn
