#include "libcore/eval/paired_tests.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "libcore/base/random.hpp"
#include "libcore/eval/statistics.hpp"

namespace tn {
namespace {

constexpr std::size_t kExactUnits = 16;
constexpr std::size_t kExactRanks = 50;

std::vector<double> without_zeros(const std::vector<double>& values) {
  std::vector<double> kept;
  std::ranges::copy_if(values, std::back_inserter(kept), [](double value) { return value != 0; });
  return kept;
}

struct Ranks {
  double positive = 0;  // sum of the ranks of positive differences
  double tie_term = 0;  // sum of t^3 - t over groups of equal sizes
};

Ranks rank(std::vector<double> values) {
  std::ranges::sort(values, {}, [](double value) { return std::abs(value); });
  Ranks ranks;
  for (std::size_t first = 0; first < values.size();) {
    std::size_t last = first;
    while (last < values.size() && std::abs(values[last]) == std::abs(values[first])) ++last;
    const auto n = static_cast<double>(last - first);
    const double mean_rank = (static_cast<double>(first + last) + 1) / 2;
    ranks.tie_term += n * n * n - n;
    for (; first < last; ++first) ranks.positive += values[first] > 0 ? mean_rank : 0;
  }
  return ranks;
}

// Share of the 2^n choices of signs whose sum of positive ranks is at most `sum`.
double exact_share(std::size_t n, double sum) {
  std::vector<double> ways(n * (n + 1) / 2 + 1);
  ways[0] = 1;
  for (std::size_t r = 1; r <= n; ++r)
    for (std::size_t s = ways.size(); s-- > r;) ways[s] += ways[s - r];
  const auto upto = static_cast<std::ptrdiff_t>(sum) + 1;
  return std::accumulate(ways.begin(), ways.begin() + upto, 0.0) / std::pow(2.0, static_cast<double>(n));
}

double binomial_share(std::int64_t at_most, std::int64_t n) {  // of n fair coins
  double share = 0;
  for (std::int64_t k = 0; k <= at_most; ++k) {
    const auto a = static_cast<double>(k), b = static_cast<double>(n);
    share += std::exp(std::lgamma(b + 1) - std::lgamma(a + 1) - std::lgamma(b - a + 1) - b * std::log(2.0));
  }
  return share;
}

}  // namespace

PairedTest sign_flip(const std::vector<double>& sums, std::int64_t draws, std::uint64_t seed) {
  const std::vector<double> kept = without_zeros(sums);
  PairedTest test;
  test.zeros = static_cast<std::int64_t>(sums.size() - kept.size());
  if (kept.empty()) return test;
  double size = 0;
  for (const double value : kept) size += std::abs(value);
  const double seen = std::abs(std::accumulate(kept.begin(), kept.end(), 0.0)) - 1e-12 * size;
  test.exact = kept.size() <= kExactUnits;
  const std::int64_t outcomes = test.exact ? std::int64_t{1} << kept.size() : draws;
  std::int64_t as_far = 0;
  for (std::int64_t i = 0; i < outcomes; ++i) {
    Random random(seed, "sign-flip", static_cast<std::uint64_t>(i));
    std::uint32_t signs = 0;
    double sum = 0;
    for (std::size_t k = 0; k < kept.size(); ++k) {
      if (k % 32 == 0) signs = test.exact ? static_cast<std::uint32_t>(i) : random.word();
      sum += (signs >> (k % 32) & 1U) != 0 ? kept[k] : -kept[k];
    }
    as_far += std::abs(sum) >= seen;
  }
  const auto found = static_cast<double>(as_far), all = static_cast<double>(outcomes);
  test.p = test.exact ? found / all : (1 + found) / (1 + all);
  return test;
}

PairedTest wilcoxon(const std::vector<double>& differences) {
  const std::vector<double> kept = without_zeros(differences);
  PairedTest test;
  test.zeros = static_cast<std::int64_t>(differences.size() - kept.size());
  if (kept.empty()) return test;
  const Ranks ranks = rank(kept);
  const auto n = static_cast<double>(kept.size());
  const double total = n * (n + 1) / 2;
  test.exact = kept.size() <= kExactRanks && ranks.tie_term == 0;
  if (test.exact) {
    test.p = std::min(1.0, 2 * exact_share(kept.size(), std::min(ranks.positive, total - ranks.positive)));
    return test;
  }
  const double variance = n * (n + 1) * (2 * n + 1) / 24 - ranks.tie_term / 48;
  test.p = 2 * normal_share(-std::abs(ranks.positive - total / 2) / std::sqrt(variance));
  return test;
}

PairedTest mcnemar(std::int64_t only_first, std::int64_t only_second) {
  PairedTest test;
  const std::int64_t n = only_first + only_second;
  if (n == 0) return test;
  test.exact = true;
  test.p = std::min(1.0, 2 * binomial_share(std::min(only_first, only_second), n));
  return test;
}

std::vector<double> holm(const std::vector<double>& p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p[i]; });
  std::vector<double> corrected(p.size());
  double most = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    most = std::max(most, std::min(1.0, p[order[k]] * static_cast<double>(p.size() - k)));
    corrected[order[k]] = most;
  }
  return corrected;
}

}  // namespace tn
