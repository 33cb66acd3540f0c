#include "libcore/eval/summary.hpp"

#include <set>

#include "libcore/eval/units.hpp"

namespace tn {
namespace {

void count_mask(CaseCounts& counts, const CaseScore& one, EmptyRule empty) {
  if (one.mask_missing)
    ++counts.mask_missing;
  else if (!one.counts)
    ++counts.mask_no_truth;
  else
    ++(dropped(*one.counts, empty) ? counts.mask_dropped : counts.mask_scored);
  if (!one.counts) return;
  counts.both_empty += both_empty(*one.counts);
  counts.drawn_empty += drawn_empty(*one.counts);
  counts.predicted_empty += predicted_empty(*one.counts);
}

void count_class(CaseCounts& counts, const CaseScore& one) {
  if (one.class_missing)
    ++counts.class_missing;
  else
    ++(one.malignant ? counts.class_scored : counts.class_no_truth);
}

CaseCounts count(std::span<const CaseScore> cases, EmptyRule empty) {
  CaseCounts counts;
  std::set<std::string> patients;
  for (const CaseScore& one : cases) {
    ++counts.records;
    if (one.patient) patients.insert(*one.patient);
    counts.failed += one.error.has_value();
    counts.failed_here += one.failed_here;
    if (one.error) continue;
    count_mask(counts, one, empty);
    count_class(counts, one);
  }
  counts.patients = static_cast<std::int64_t>(patients.size());
  return counts;
}

Spread over_cases(std::span<const Overlap> scored, const OverlapMetric& metric, EmptyRule empty) {
  std::vector<double> values;
  for (const Overlap& counts : scored)
    if (const auto value = value_of(metric, counts, empty)) values.push_back(*value);
  return spread(std::move(values));
}

void add_geometry(Summary& summary, std::span<const CaseScore> cases, const SurfaceOptions& surface) {
  const std::vector<GeometryMetric> metrics = geometry_metrics(surface);
  std::vector<std::vector<double>> values(metrics.size());
  for (const CaseScore& one : cases) {
    if (one.error || !one.geometry) continue;
    for (std::size_t i = 0; i < metrics.size(); ++i)
      if (const auto value = one.geometry->values.at(i)) values[i].push_back(*value);
    summary.regions_drawn += one.geometry->regions_drawn;
    summary.regions_detected += one.geometry->regions_detected;
  }
  for (std::size_t i = 0; i < metrics.size(); ++i)
    summary.geometry.push_back({metrics[i], spread(std::move(values[i]))});
}

ClassSummary classes(std::span<const CaseScore> cases, double threshold) {
  std::vector<ScoredCase> scored;
  std::vector<CaseScore> labelled;
  for (const CaseScore& one : cases) {
    if (one.error || !one.malignant || !one.p_malignant) continue;
    scored.push_back({*one.p_malignant, *one.malignant});
    labelled.push_back(one);
  }
  const Units units = units_of(labelled);
  ClassSummary summary;
  summary.threshold = threshold;
  summary.counts = class_counts(scored, threshold);
  for (const DecisionMetric& metric : decision_metrics())
    summary.decisions.push_back(metric.of(summary.counts));
  for (const ProbabilityMetric& metric : probability_metrics())
    summary.probabilities.push_back(metric.of(scored));
  summary.auroc = estimate_auroc(scored, units.of_case);
  summary.one_case_each = units.one_case_each;
  return summary;
}

}  // namespace

Summary summarize(std::span<const CaseScore> cases, EmptyRule empty, double threshold,
                  const SurfaceOptions& surface) {
  Summary summary;
  summary.counts = count(cases, empty);
  std::vector<Overlap> scored;
  for (const CaseScore& one : cases) {
    if (one.error || !one.counts || dropped(*one.counts, empty)) continue;
    scored.push_back(*one.counts);
    summary.pooled = summary.pooled + *one.counts;
  }
  for (const OverlapMetric& metric : overlap_metrics()) {
    MetricSummary row{&metric, over_cases(scored, metric, empty), std::nullopt};
    if (!scored.empty()) row.pooled = value_of(metric, summary.pooled, empty);
    summary.overlap.push_back(row);
  }
  summary.class_mean_dice = over_cases(scored, class_mean_metric(), empty).mean;
  add_geometry(summary, cases, surface);
  summary.classes = classes(cases, threshold);
  return summary;
}

std::optional<double> region_sensitivity(const Summary& summary) {
  if (summary.regions_drawn == 0) return std::nullopt;
  return static_cast<double>(summary.regions_detected) / static_cast<double>(summary.regions_drawn);
}

std::optional<double> class_value(const ClassSummary& classes, std::string_view name) {
  const auto decisions = decision_metrics();
  for (std::size_t i = 0; i < decisions.size(); ++i)
    if (decisions[i].name == name) return classes.decisions.at(i);
  const auto probabilities = probability_metrics();
  for (std::size_t i = 0; i < probabilities.size(); ++i)
    if (probabilities[i].name == name) return classes.probabilities.at(i);
  return std::nullopt;
}

}  // namespace tn
