#include "libcore/eval/spread.hpp"

#include <algorithm>
#include <functional>
#include <limits>

namespace tn {
namespace {

struct Measure {
  std::string name;
  bool low_is_good = false;
  std::function<std::optional<double>(const CaseScore&)> of;
};

std::vector<Measure> measures(const EvalOptions& options) {
  std::vector<Measure> all;
  for (const OverlapMetric& metric : overlap_metrics().first(2))  // Dice and IoU
    all.push_back({std::string(metric.name), false, [&metric, rule = options.empty](const CaseScore& one) {
                     return one.counts && !one.error ? value_of(metric, *one.counts, rule) : std::nullopt;
                   }});
  const std::vector<GeometryMetric> geometry = geometry_metrics(options.surface);
  for (std::size_t i = 0; i < geometry.size(); ++i)
    all.push_back({geometry[i].name, geometry[i].distance, [i](const CaseScore& one) {
                     return one.geometry && !one.error ? one.geometry->values.at(i) : std::nullopt;
                   }});
  return all;
}

// Of one case and one metric.
struct Agreed {
  double readers = 0, model = 0;  // means over the pairs
  double widest = 0;              // of the pair of readers that differs most
};

std::optional<Agreed> agreed(const std::vector<const AgreementPair*>& readers,
                             const std::vector<const AgreementPair*>& with_model, const Measure& measure,
                             std::size_t index) {
  Agreed result;
  result.widest = measure.low_is_good ? -std::numeric_limits<double>::infinity()
                                      : std::numeric_limits<double>::infinity();
  for (const AgreementPair* pair : readers) {
    const auto value = measure.of(pair->cases[index]);
    if (!value) return std::nullopt;
    result.readers += *value / static_cast<double>(readers.size());
    result.widest = measure.low_is_good ? std::max(result.widest, *value) : std::min(result.widest, *value);
  }
  for (const AgreementPair* pair : with_model) {
    const auto value = measure.of(pair->cases[index]);
    if (!value) return std::nullopt;
    result.model += *value / static_cast<double>(with_model.size());
  }
  return result;
}

// Sums over the cases of each unit.
struct Changes {
  std::vector<double> sums, counts;
};

std::vector<double> means_of(const std::vector<Changes>& changes, const std::vector<double>& weights) {
  std::vector<double> means;
  for (const Changes& one : changes) {
    double sum = 0, count = 0;
    for (std::size_t unit = 0; unit < weights.size(); ++unit) {
      sum += weights[unit] * one.sums[unit];
      count += weights[unit] * one.counts[unit];
    }
    means.push_back(count > 0 ? sum / count : std::numeric_limits<double>::quiet_NaN());
  }
  return means;
}

SpreadVerdict verdict_of(const SpreadRow& row) {
  if (!row.change.low) return SpreadVerdict::open;
  const double low = row.low_is_good ? -*row.change.high : *row.change.low;
  const double high = row.low_is_good ? -*row.change.low : *row.change.high;
  return low > 0 ? SpreadVerdict::better : high < 0 ? SpreadVerdict::worse : SpreadVerdict::within;
}

void add_changes(std::vector<SpreadRow>& rows, const std::vector<Changes>& changes, std::size_t units,
                 const EvalOptions& options) {
  if (options.intervals.resamples == 0) return;
  IntervalOptions intervals = options.intervals;
  intervals.jobs = options.jobs;
  std::vector<Statistic> names;
  names.reserve(rows.size());
  for (const SpreadRow& row : rows) names.push_back({row.metric});
  const std::vector<Interval> found =
      intervals_of(names, units, intervals, [&](std::span<const std::vector<double>> weights) {
        std::vector<std::vector<double>> values;
        for (const std::vector<double>& one : weights) values.push_back(means_of(changes, one));
        return values;
      });
  for (SpreadRow& row : rows)
    for (const Interval& one : found)
      if (one.name == row.metric) row.change = {one.low, one.high};
}

}  // namespace

std::string_view verdict_name(SpreadVerdict verdict) {
  switch (verdict) {
    case SpreadVerdict::better:
      return "better";
    case SpreadVerdict::within:
      return "within";
    case SpreadVerdict::worse:
      return "worse";
    case SpreadVerdict::open:
      return "open";
  }
  return "";
}

ModelSpread spread_of(const std::vector<AgreementPair>& pairs, const std::string& model, const Units& units,
                      const EvalOptions& options) {
  std::vector<const AgreementPair*> readers, with_model;
  for (const AgreementPair& pair : pairs)
    if (!pair.with_model)
      readers.push_back(&pair);
    else if (pair.b == model)
      with_model.push_back(&pair);
  ModelSpread result{model, {}};
  std::vector<Changes> changes;
  for (const Measure& measure : measures(options)) {
    SpreadRow row;
    row.metric = measure.name;
    row.low_is_good = measure.low_is_good;
    Changes change{std::vector<double>(units.count), std::vector<double>(units.count)};
    for (std::size_t i = 0; i < units.of_case.size(); ++i) {
      const auto one = agreed(readers, with_model, measure, i);
      if (!one) continue;
      ++row.cases;
      row.readers += one->readers;
      row.model += one->model;
      row.as_good += measure.low_is_good ? one->model <= one->widest : one->model >= one->widest;
      change.sums[units.of_case[i]] += one->model - one->readers;
      change.counts[units.of_case[i]] += 1;
    }
    if (row.cases == 0) continue;
    row.readers /= static_cast<double>(row.cases);
    row.model /= static_cast<double>(row.cases);
    result.rows.push_back(row);
    changes.push_back(change);
  }
  add_changes(result.rows, changes, units.count, options);
  for (SpreadRow& row : result.rows) row.verdict = verdict_of(row);
  return result;
}

}  // namespace tn
