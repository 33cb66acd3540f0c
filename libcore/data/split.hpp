// The pure split: items with strata and groups in, the number of a part for each out. No records, no pixels.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tn {

// What is shared out. Numbers of strata and groups are small and dense: 0, 1, 2 ...
struct SplitItems {
  std::vector<std::uint32_t> stratum;  // one an item
  std::vector<std::uint32_t> group;    // one an item, or empty: every item may go its own way
};

// `n` things over parts in proportion to the weights, by largest remainder; ties go to the earlier part.
// Weights are finite, not negative, and at least one is positive. The result sums to n.
std::vector<std::size_t> apportion(std::size_t n, std::span<const double> weights);

// The part of each item. Without groups: each part has exactly the size that apportion gives it, and each
// stratum within each part is within one of its exact share. With groups: no group is divided, and
//   8 x (sum over parts of (size - apportioned size)^2) + (sum over parts and strata of (count - share)^2)
// is the least there is where the groups can be placed in 200,000 ways or fewer, else as small as a search
// finds. Same items, weights and seed: same parts, on every platform.
std::vector<std::uint32_t> share_out(const SplitItems& items, std::span<const double> weights,
                                     std::uint64_t seed);

}  // namespace tn
