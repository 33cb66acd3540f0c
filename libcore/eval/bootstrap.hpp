// Intervals by resampling whole units with replacement; the same for any number of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libcore/eval/sample.hpp"

namespace tn {

enum class IntervalMethod {
  percentile,  // the quantiles of the resamples
  bca,         // corrected for bias and acceleration (Efron 1987)
};
std::string_view method_name(IntervalMethod method);

struct IntervalOptions {
  std::int64_t resamples = 2000;  // 0: no intervals
  IntervalMethod method = IntervalMethod::percentile;
  double confidence = 0.95;  // in (0,1)
  std::uint64_t seed = 0;
  std::int64_t jobs = 0;  // threads; 0: every core
};

void check(const IntervalOptions& options);  // throws Error(usage)

struct Interval {
  std::string name;  // of the statistic
  std::optional<double> low, high;
  std::int64_t dropped = 0;  // resamples in which it is undefined, as without one of the classes
  std::string reason;        // why there are no ends
};

struct Intervals {
  std::string unit;  // see Units
  std::size_t units = 0;
  IntervalOptions options;
  std::vector<Interval> of;  // of the statistics that are defined, in their order
};

// Nothing if no resamples are asked for.
std::optional<Intervals> intervals(std::span<const CaseScore> cases, EmptyRule empty, double threshold,
                                   const SurfaceOptions& surface, const IntervalOptions& options);

// The same resamples of the units for both: intervals of b's statistics less a's. The cases of both stand in
// the same order; the units are theirs.
std::vector<Interval> paired_intervals(const Sample& a, const Sample& b, const std::vector<Statistic>& names,
                                       const IntervalOptions& options);

// Values of the statistics, NaN where undefined, for each of up to Sample::kTogether weightings of the units;
// asked from several threads at once.
using Valuation =
    std::function<std::vector<std::vector<double>>(std::span<const std::vector<double>> weights)>;

// Intervals of the statistics that are defined with every unit once, under the resamples that all others
// have.
std::vector<Interval> intervals_of(const std::vector<Statistic>& names, std::size_t units,
                                   const IntervalOptions& options, const Valuation& valuation);

// An interval from the values of resamples (NaN: undefined, dropped) and, for BCa, of the samples with one
// unit left out each.
Interval interval_of(double estimate, const std::vector<double>& resampled,
                     const std::vector<double>& left_out, const IntervalOptions& options);

}  // namespace tn
