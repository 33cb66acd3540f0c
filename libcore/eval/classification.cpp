#include "libcore/eval/classification.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace tn {
namespace {

std::optional<double> ratio(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

ClassCounts class_counts(std::span<const ScoredCase> cases, double threshold) {
  ClassCounts counts;
  for (const ScoredCase& one : cases) {
    const bool called = one.p_malignant >= threshold;
    if (one.malignant)
      ++(called ? counts.tp : counts.fn);
    else
      ++(called ? counts.fp : counts.tn);
  }
  return counts;
}

std::optional<double> accuracy(const ClassCounts& counts) {
  return ratio(counts.tp + counts.tn, counts.tp + counts.fp + counts.fn + counts.tn);
}

std::optional<double> sensitivity(const ClassCounts& counts) {
  return ratio(counts.tp, counts.tp + counts.fn);
}

std::optional<double> specificity(const ClassCounts& counts) {
  return ratio(counts.tn, counts.tn + counts.fp);
}

std::optional<double> balanced_accuracy(const ClassCounts& counts) {
  const std::optional<double> malignant = sensitivity(counts), benign = specificity(counts);
  if (!malignant || !benign) return std::nullopt;
  return (*malignant + *benign) / 2;
}

std::optional<double> ppv(const ClassCounts& counts) {
  return ratio(counts.tp, counts.tp + counts.fp);
}

std::optional<double> npv(const ClassCounts& counts) {
  return ratio(counts.tn, counts.tn + counts.fn);
}

std::optional<double> f1(const ClassCounts& counts) {
  return ratio(2 * counts.tp, 2 * counts.tp + counts.fp + counts.fn);
}

std::optional<double> mcc(const ClassCounts& counts) {
  const auto tp = static_cast<double>(counts.tp), fp = static_cast<double>(counts.fp),
             fn = static_cast<double>(counts.fn), tn = static_cast<double>(counts.tn);
  const double margins = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn);
  if (margins == 0) return std::nullopt;
  return (tp * tn - fp * fn) / std::sqrt(margins);
}

std::optional<double> auroc(std::span<const ScoredCase> cases) {
  if (std::ranges::any_of(cases, [](const ScoredCase& one) { return std::isnan(one.p_malignant); }))
    return std::nullopt;
  std::vector<ScoredCase> sorted(cases.begin(), cases.end());
  std::ranges::sort(sorted, {}, &ScoredCase::p_malignant);
  std::int64_t benign_below = 0, malignant_total = 0;
  std::int64_t twice_wins = 0;  // a tie is half a win: integers keep the sum exact
  for (auto first = sorted.begin(); first != sorted.end();) {
    const auto last = std::find_if(
        first, sorted.end(), [&](const ScoredCase& one) { return one.p_malignant != first->p_malignant; });
    const std::int64_t malignant =
        std::count_if(first, last, [](const ScoredCase& one) { return one.malignant; });
    const std::int64_t benign = (last - first) - malignant;
    twice_wins += malignant * (2 * benign_below + benign);
    benign_below += benign;
    malignant_total += malignant;
    first = last;
  }
  return ratio(twice_wins, 2 * malignant_total * benign_below);
}

}  // namespace tn
