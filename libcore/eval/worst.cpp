#include "libcore/eval/worst.hpp"

#include <algorithm>
#include <cmath>

namespace tn {
namespace {

struct Ranked {
  double value = 0;
  std::size_t index = 0;
};

std::vector<std::size_t> lowest(std::vector<Ranked> ranked, std::int64_t n) {
  std::ranges::stable_sort(ranked, {}, &Ranked::value);
  std::vector<std::size_t> result;
  for (const Ranked& one : ranked)
    if (static_cast<std::int64_t>(result.size()) < n) result.push_back(one.index);
  return result;
}

}  // namespace

Worst worst_cases(std::span<const CaseScore> cases, EmptyRule empty, double threshold, std::int64_t n) {
  std::vector<Ranked> masks, classes;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const CaseScore& one = cases[i];
    if (one.error) continue;
    if (one.counts && !dropped(*one.counts, empty))
      if (const auto value = value_of(overlap_metrics().front(), *one.counts, empty))
        masks.push_back({*value, i});
    if (!one.malignant || !one.p_malignant || (*one.p_malignant >= threshold) == *one.malignant) continue;
    classes.push_back({-std::abs(*one.p_malignant - (*one.malignant ? 1 : 0)), i});
  }
  return {lowest(std::move(masks), n), lowest(std::move(classes), n)};
}

}  // namespace tn
