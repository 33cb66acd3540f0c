#include "libcore/eval/roc.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "libcore/eval/statistics.hpp"

namespace tn {
namespace {

constexpr double kRounding = 1e-24;  // a variance that is left over from sums of 1/n

struct Placements {
  std::vector<double> of_case;  // of a malignant one: share of benign ones below it, ties counted half; of a
                                // benign one: share of malignant ones above it
  double auroc = 0;
  double malignant = 0;  // cases
  double benign = 0;
};

Placements placements(std::span<const ScoredCase> cases) {
  std::vector<std::size_t> order(cases.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return cases[i].p_malignant; });
  Placements result;
  result.of_case.resize(cases.size());
  for (const ScoredCase& one : cases) ++(one.malignant ? result.malignant : result.benign);
  double malignant_below = 0, benign_below = 0;
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    double malignant = 0, benign = 0;
    for (; last < order.size() && cases[order[last]].p_malignant == cases[order[first]].p_malignant; ++last)
      ++(cases[order[last]].malignant ? malignant : benign);
    for (; first < last; ++first)
      result.of_case[order[first]] =
          cases[order[first]].malignant
              ? (benign_below + benign / 2) / result.benign
              : (result.malignant - malignant_below - malignant / 2) / result.malignant;
    malignant_below += malignant;
    benign_below += benign;
  }
  for (std::size_t i = 0; i < cases.size(); ++i)
    if (cases[i].malignant) result.auroc += result.of_case[i] / result.malignant;
  return result;
}

// Of each unit the sums of placement less AUROC over its malignant and its benign cases.
struct UnitSums {
  std::vector<double> malignant, benign;
};

UnitSums unit_sums(std::span<const ScoredCase> cases, const Placements& placed,
                   std::span<const std::uint32_t> units, std::size_t count) {
  UnitSums sums{std::vector<double>(count), std::vector<double>(count)};
  for (std::size_t i = 0; i < cases.size(); ++i)
    (cases[i].malignant ? sums.malignant : sums.benign)[units[i]] += placed.of_case[i] - placed.auroc;
  return sums;
}

struct UnitCounts {
  double all = 0, malignant = 0, benign = 0;  // units with a case, with a malignant one, with a benign one
  std::size_t size = 0;                       // largest number of a unit, and one
};

UnitCounts count_units(std::span<const ScoredCase> cases, std::span<const std::uint32_t> units) {
  UnitCounts counts;
  for (std::size_t i = 0; i < cases.size(); ++i)
    counts.size = std::max<std::size_t>(counts.size, units[i] + 1);
  std::vector<int> seen(counts.size);
  for (std::size_t i = 0; i < cases.size(); ++i) seen[units[i]] |= cases[i].malignant ? 1 : 2;
  for (const int classes : seen) {
    counts.all += classes != 0;
    counts.malignant += (classes & 1) != 0;
    counts.benign += (classes & 2) != 0;
  }
  return counts;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

double covariance(const UnitSums& a, const UnitSums& b, const UnitCounts& units, const Placements& placed) {
  const double m = placed.malignant, n = placed.benign;
  const double of_malignant =
      units.malignant / (units.malignant - 1) * dot(a.malignant, b.malignant) / (m * m);
  const double of_benign = units.benign / (units.benign - 1) * dot(a.benign, b.benign) / (n * n);
  const double across =
      units.all / (units.all - 1) * (dot(a.malignant, b.benign) + dot(a.benign, b.malignant)) / (m * n);
  return of_malignant + of_benign + across;
}

}  // namespace

std::optional<AurocEstimate> estimate_auroc(std::span<const ScoredCase> cases,
                                            std::span<const std::uint32_t> units) {
  const UnitCounts counts = count_units(cases, units);
  if (counts.malignant < 2 || counts.benign < 2) return std::nullopt;
  const Placements placed = placements(cases);
  const UnitSums sums = unit_sums(cases, placed, units, counts.size);
  return AurocEstimate{placed.auroc, std::max(0.0, covariance(sums, sums, counts, placed))};
}

AurocInterval auroc_interval(const AurocEstimate& estimate, double confidence) {
  const double half = -normal_quantile((1 - confidence) / 2) * std::sqrt(estimate.variance);
  return {std::max(0.0, estimate.auroc - half), std::min(1.0, estimate.auroc + half)};
}

std::optional<AurocDifference> compare_auroc(std::span<const ScoredCase> a, std::span<const ScoredCase> b,
                                             std::span<const std::uint32_t> units) {
  const UnitCounts counts = count_units(a, units);
  if (counts.malignant < 2 || counts.benign < 2) return std::nullopt;
  const Placements of_a = placements(a), of_b = placements(b);
  const UnitSums sums_a = unit_sums(a, of_a, units, counts.size);
  const UnitSums sums_b = unit_sums(b, of_b, units, counts.size);
  AurocDifference result;
  result.difference = of_a.auroc - of_b.auroc;
  result.variance =
      std::max(0.0, covariance(sums_a, sums_a, counts, of_a) + covariance(sums_b, sums_b, counts, of_b) -
                        2 * covariance(sums_a, sums_b, counts, of_a));
  if (result.variance < kRounding) result.variance = 0;
  if (result.variance > 0)
    result.p = 2 * normal_share(-std::abs(result.difference) / std::sqrt(result.variance));
  return result;
}

}  // namespace tn
