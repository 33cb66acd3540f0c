#include "libcore/eval/sample.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "libcore/eval/calibration.hpp"

namespace tn {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// Columns after the pairs (sum, number) of the metrics of cases.
enum Column : std::size_t {
  kTp,
  kFp,
  kFn,
  kTn,
  kDrawn,
  kDetected,
  kCalls,
  kSquares = kCalls + 4,
  kLoss,
  kMore
};

std::size_t case_metrics(std::size_t geometry) {
  return overlap_metrics().size() + 1 + geometry;
}

double or_none(const std::optional<double>& value) {
  return value.value_or(kNone);
}

double over(double sum, double number) {
  return number > 0 ? sum / number : kNone;
}

std::int64_t whole(double sum) {
  return std::llround(sum);
}

// The unit that weighs nothing where all others weigh one: a jackknife's sample. No bootstrap's is like that.
std::optional<std::size_t> only_one_left_out(const std::vector<double>& weights) {
  std::optional<std::size_t> unit;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] == 1) continue;
    if (weights[i] != 0 || unit) return std::nullopt;
    unit = i;
  }
  return unit;
}

}  // namespace

std::vector<Statistic> statistics(const SurfaceOptions& surface) {
  std::vector<Statistic> list;
  for (const OverlapMetric& metric : overlap_metrics()) list.push_back({std::string(metric.name) + ".mean"});
  list.push_back({"dice.class_mean"});
  for (const GeometryMetric& metric : geometry_metrics(surface))
    list.push_back({metric.name + ".mean", metric.distance, metric.distance});
  for (const OverlapMetric& metric : overlap_metrics())
    list.push_back({std::string(metric.name) + ".pooled"});
  list.push_back({"regions.sensitivity"});
  for (const DecisionMetric& metric : decision_metrics())
    list.push_back({"class." + std::string(metric.name)});
  for (const ProbabilityMetric& metric : probability_metrics())
    list.push_back({"class." + std::string(metric.name), metric.low_is_good, metric.name == "log_loss"});
  return list;
}

Sample::Sample(std::span<const CaseScore> cases, const Units& units, EmptyRule empty, double threshold,
               const SurfaceOptions& surface)
    : empty_(empty),
      threshold_(threshold),
      geometry_(geometry_metrics(surface).size()),
      columns_(2 * case_metrics(geometry_) + kMore),
      units_(units.count),
      names_(statistics(surface).size()),
      rows_(units.count * columns_) {
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const CaseScore& one = cases[i];
    if (one.error) continue;
    double* row = rows_.data() + units.of_case[i] * columns_;
    if (one.counts && !dropped(*one.counts, empty)) add_masks(row, one);
    if (!one.malignant || !one.p_malignant) continue;
    labelled_.push_back({{*one.p_malignant, *one.malignant}, units.of_case[i]});
    add_class(row, labelled_.back().scored);
  }
  total_.resize(columns_);
  for (std::size_t unit = 0; unit < units_; ++unit)
    for (std::size_t column = 0; column < columns_; ++column)
      total_[column] += rows_[unit * columns_ + column];
  std::ranges::stable_sort(labelled_, std::greater<>(),
                           [](const Labelled& one) { return one.scored.p_malignant; });
}

void Sample::add_masks(double* row, const CaseScore& one) const {
  std::size_t at = 0;
  const auto add = [&](const std::optional<double>& value) {
    if (value) {
      row[at] += *value;
      row[at + 1] += 1;
    }
    at += 2;
  };
  for (const OverlapMetric& metric : overlap_metrics()) add(value_of(metric, *one.counts, empty_));
  add(value_of(class_mean_metric(), *one.counts, empty_));
  for (const auto& value : one.geometry->values) add(value);
  double* more = row + at;
  more[kTp] += static_cast<double>(one.counts->tp);
  more[kFp] += static_cast<double>(one.counts->fp);
  more[kFn] += static_cast<double>(one.counts->fn);
  more[kTn] += static_cast<double>(one.counts->tn);
  more[kDrawn] += static_cast<double>(one.geometry->regions_drawn);
  more[kDetected] += static_cast<double>(one.geometry->regions_detected);
}

void Sample::add_class(double* row, const ScoredCase& one) const {
  double* more = row + 2 * case_metrics(geometry_);
  const bool called = one.p_malignant >= threshold_;
  more[kCalls + (one.malignant ? (called ? 0 : 2) : (called ? 1 : 3))] += 1;
  more[kSquares] += squared_error(one);
  more[kLoss] += log_loss(one);
}

std::vector<double> Sample::of_sums(const double* sums, const std::vector<double>& weights) const {
  std::vector<double> values;
  values.reserve(names_);
  const std::size_t pairs = case_metrics(geometry_);
  for (std::size_t i = 0; i < pairs; ++i) values.push_back(over(sums[2 * i], sums[2 * i + 1]));
  const double* more = sums + 2 * pairs;
  const Overlap pooled{whole(more[kTp]), whole(more[kFp]), whole(more[kFn]), whole(more[kTn])};
  const bool any = pooled.tp + pooled.fp + pooled.fn + pooled.tn > 0;
  for (const OverlapMetric& metric : overlap_metrics())
    values.push_back(any ? or_none(value_of(metric, pooled, empty_)) : kNone);
  values.push_back(over(more[kDetected], more[kDrawn]));
  const double* calls = more + kCalls;
  const ClassCounts counts{whole(calls[0]), whole(calls[1]), whole(calls[2]), whole(calls[3])};
  for (const DecisionMetric& metric : decision_metrics()) values.push_back(or_none(metric.of(counts)));
  const double cases = calls[0] + calls[1] + calls[2] + calls[3];
  const std::size_t curves = values.size();
  append_curves(values, weights);  // AUROC, AUPRC, and ECE's sum, in the places of probability_metrics()
  values[curves + 2] = over(more[kSquares], cases);
  values[curves + 3] = over(more[kLoss], cases);
  values[curves + 4] = over(values[curves + 4], cases);
  return values;
}

// One walk from the most to the least probable case; equal probabilities are one step.
void Sample::append_curves(std::vector<double>& values, const std::vector<double>& weights) const {
  double malignant = 0, benign = 0, twice_wins = 0, precision_sum = 0, error = 0, excess = 0;
  std::size_t bin = kCalibrationBins;
  for (std::size_t first = 0; first < labelled_.size();) {
    const double p = labelled_[first].scored.p_malignant;
    if (const std::size_t here = calibration_bin(p); here != bin) {
      error += std::abs(excess);
      excess = 0;
      bin = here;
    }
    double more_malignant = 0, more_benign = 0;
    for (; first < labelled_.size() && labelled_[first].scored.p_malignant == p; ++first)
      (labelled_[first].scored.malignant ? more_malignant : more_benign) += weights[labelled_[first].unit];
    excess += p * (more_malignant + more_benign) - more_malignant;
    twice_wins += more_benign * (2 * malignant + more_malignant);
    malignant += more_malignant;
    benign += more_benign;
    if (more_malignant > 0) precision_sum += more_malignant * malignant / (malignant + benign);
  }
  error += std::abs(excess);
  values.insert(values.end(),
                {over(twice_wins, 2 * malignant * benign), over(precision_sum, malignant), 0, 0, error});
}

void Sample::sum_without(std::size_t unit, double* sums) const {
  for (std::size_t column = 0; column < columns_; ++column)
    sums[column] = total_[column] - rows_[unit * columns_ + column];
}

std::vector<std::vector<double>> Sample::values(std::span<const std::vector<double>> weights) const {
  std::vector<double> sums(weights.size() * columns_);
  std::vector<std::size_t> together;  // those that need a pass over the units
  for (std::size_t k = 0; k < weights.size(); ++k) {
    if (const auto unit = only_one_left_out(weights[k]))
      sum_without(*unit, sums.data() + k * columns_);
    else
      together.push_back(k);
  }
  for (std::size_t unit = 0; unit < units_ && !together.empty(); ++unit) {
    const double* row = rows_.data() + unit * columns_;
    for (const std::size_t k : together) {
      const double weight = weights[k][unit];
      if (weight == 0) continue;
      double* sum = sums.data() + k * columns_;
      for (std::size_t column = 0; column < columns_; ++column) sum[column] += weight * row[column];
    }
  }
  std::vector<std::vector<double>> result;
  for (std::size_t k = 0; k < weights.size(); ++k)
    result.push_back(of_sums(sums.data() + k * columns_, weights[k]));
  return result;
}

std::vector<double> Sample::values() const {
  const std::vector<std::vector<double>> ones{std::vector<double>(units_, 1)};
  return values(ones).front();
}

}  // namespace tn
