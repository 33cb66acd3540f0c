#include "libcore/data/split.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "libcore/base/random.hpp"
#include "libcore/data/split_table.hpp"

namespace tn {
namespace {

constexpr double kDust = 1e-9;      // a remainder below it is a rounding error of the division
constexpr double kMostParts = 1e6;  // that whole weights may sum to

double whole_part(double share) {
  return std::floor(share + kDust);
}
bool has_rest(double share) {
  return share - whole_part(share) > kDust;
}

// A table in the making: cells rounded down, plus one where `raised`.
class Rounding {
 public:
  Rounding(std::span<const std::size_t> sizes, std::span<const double> weights)
      : shares_(exact_shares(sizes, weights)),
        raised_(sizes.size(), weights.size()),
        missing_(weights.size()) {
    const std::size_t n = std::accumulate(sizes.begin(), sizes.end(), std::size_t{0});
    const std::vector<std::size_t> totals = apportion(n, weights);
    for (std::size_t part = 0; part < weights.size(); ++part) {
      missing_[part] = static_cast<std::int64_t>(totals[part]);
      for (std::size_t row = 0; row < sizes.size(); ++row) missing_[part] -= floor_of(row, part);
    }
    for (std::size_t row = 0; row < sizes.size(); ++row) raise_row(row, sizes[row]);
    while (repair()) continue;
  }

  SplitTable<std::size_t> table() const {
    SplitTable<std::size_t> whole(shares_.rows(), shares_.columns());
    for (std::size_t row = 0; row < shares_.rows(); ++row)
      for (std::size_t part = 0; part < shares_.columns(); ++part)
        whole.at(row, part) = static_cast<std::size_t>(floor_of(row, part) + raised_.at(row, part));
    return whole;
  }

 private:
  std::int64_t floor_of(std::size_t row, std::size_t part) const {
    return static_cast<std::int64_t>(whole_part(shares_.at(row, part)));
  }

  // Rounds up as many cells of the row as its sum needs, where parts lack most.
  void raise_row(std::size_t row, std::size_t size) {
    auto left = static_cast<std::int64_t>(size);
    std::vector<std::size_t> open;
    for (std::size_t part = 0; part < shares_.columns(); ++part) {
      left -= floor_of(row, part);
      if (has_rest(shares_.at(row, part))) open.push_back(part);
    }
    std::stable_sort(open.begin(), open.end(),
                     [&](std::size_t a, std::size_t b) { return missing_[a] > missing_[b]; });
    for (std::size_t i = 0; i < open.size() && left > 0; ++i, --left) {
      raised_.at(row, open[i]) = 1;
      --missing_[open[i]];
    }
  }

  // Takes one from a part that has too many and, over other parts, gives one to a part that has too few.
  bool repair() {
    const auto full =
        std::find_if(missing_.begin(), missing_.end(), [](std::int64_t lack) { return lack < 0; });
    if (full == missing_.end()) return false;
    struct Step {
      std::size_t from, row;
    };
    const std::size_t parts = missing_.size();
    const auto start = static_cast<std::size_t>(full - missing_.begin());
    std::vector<std::optional<Step>> reached(parts);
    std::vector<std::size_t> queue{start};
    for (std::size_t head = 0; head < queue.size(); ++head) {
      const std::size_t from = queue[head];
      if (missing_[from] > 0) {
        ++missing_[start];
        --missing_[from];
        for (std::size_t at = from; at != start; at = reached[at]->from) {
          raised_.at(reached[at]->row, at) = 1;
          raised_.at(reached[at]->row, reached[at]->from) = 0;
        }
        return true;
      }
      for (std::size_t row = 0; row < shares_.rows(); ++row) {
        if (raised_.at(row, from) == 0) continue;
        for (std::size_t to = 0; to < parts; ++to) {
          const bool free = raised_.at(row, to) == 0 && has_rest(shares_.at(row, to));
          if (!free || to == start || reached[to]) continue;
          reached[to] = Step{from, row};
          queue.push_back(to);
        }
      }
    }
    return false;
  }

  SplitTable<double> shares_;
  SplitTable<std::int64_t> raised_;
  std::vector<std::int64_t> missing_;  // items that each part still lacks; negative: too many
};

}  // namespace

std::vector<std::size_t> apportion(std::size_t n, std::span<const double> weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<std::size_t> counts(weights.size());
  std::vector<double> rests(weights.size());
  std::size_t left = n;
  for (std::size_t part = 0; part < weights.size(); ++part) {
    const double share = static_cast<double>(n) * weights[part] / sum;
    counts[part] = static_cast<std::size_t>(whole_part(share));
    rests[part] = share - whole_part(share);
    left -= counts[part];
  }
  std::vector<std::size_t> order(weights.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return rests[a] > rests[b] + kDust; });
  for (std::size_t i = 0; i < left; ++i) ++counts[order[i]];
  return counts;
}

std::vector<std::size_t> stratum_sizes(std::span<const std::uint32_t> strata) {
  std::vector<std::size_t> sizes;
  for (const std::uint32_t stratum : strata) {
    if (stratum >= sizes.size()) sizes.resize(stratum + std::size_t{1});
    ++sizes[stratum];
  }
  return sizes;
}

std::vector<std::int64_t> whole_weights(std::span<const double> weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<std::int64_t> whole(weights.size());
  for (double scale = 1; sum * scale < 1e15; scale *= 10) {
    bool exact = true;
    std::int64_t divisor = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const double scaled = weights[i] * scale;
      whole[i] = std::llround(scaled);
      exact = exact && std::abs(scaled - static_cast<double>(whole[i])) <= kDust * std::max(1.0, scaled);
      divisor = std::gcd(divisor, whole[i]);
    }
    if (!exact || divisor == 0) continue;
    for (std::int64_t& weight : whole) weight /= divisor;
    if (static_cast<double>(std::accumulate(whole.begin(), whole.end(), std::int64_t{0})) <= kMostParts)
      return whole;
    break;
  }
  for (std::size_t i = 0; i < weights.size(); ++i) {
    whole[i] = std::llround(weights[i] / sum * kMostParts);
    if (weights[i] > 0) whole[i] = std::max(whole[i], std::int64_t{1});
  }
  return whole;
}

SplitTable<double> exact_shares(std::span<const std::size_t> sizes, std::span<const double> weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  SplitTable<double> shares(sizes.size(), weights.size());
  for (std::size_t row = 0; row < sizes.size(); ++row)
    for (std::size_t part = 0; part < weights.size(); ++part)
      shares.at(row, part) = static_cast<double>(sizes[row]) * weights[part] / sum;
  return shares;
}

SplitTable<std::size_t> whole_shares(std::span<const std::size_t> sizes, std::span<const double> weights) {
  return Rounding(sizes, weights).table();
}

std::vector<std::uint32_t> share_out(const SplitItems& items, std::span<const double> weights,
                                     std::uint64_t seed) {
  const std::vector<std::size_t> sizes = stratum_sizes(items.group);
  if (std::any_of(sizes.begin(), sizes.end(), [](std::size_t size) { return size > 1; }))
    return share_out_groups(items, weights, seed);
  const std::vector<std::size_t> strata = stratum_sizes(items.stratum);
  const SplitTable<std::size_t> counts = whole_shares(strata, weights);
  std::vector<std::vector<std::size_t>> members(strata.size());
  for (std::size_t i = 0; i < items.stratum.size(); ++i) members[items.stratum[i]].push_back(i);
  std::vector<std::uint32_t> parts(items.stratum.size());
  for (std::size_t row = 0; row < strata.size(); ++row) {
    const std::vector<std::size_t> order = Random(seed, "split", row).permutation(members[row].size());
    std::size_t next = 0;
    for (std::size_t part = 0; part < weights.size(); ++part)
      for (std::size_t i = 0; i < counts.at(row, part); ++i)
        parts[members[row][order[next++]]] = static_cast<std::uint32_t>(part);
  }
  return parts;
}

}  // namespace tn
