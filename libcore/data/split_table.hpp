// How many items of each stratum belong into each part.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tn {

// A table with a row for each stratum and a column for each part.
template <typename T>
class SplitTable {
 public:
  SplitTable(std::size_t rows, std::size_t columns) : columns_(columns), cells_(rows * columns) {}
  T& at(std::size_t row, std::size_t column) { return cells_[row * columns_ + column]; }
  const T& at(std::size_t row, std::size_t column) const { return cells_[row * columns_ + column]; }
  std::size_t rows() const { return columns_ == 0 ? 0 : cells_.size() / columns_; }
  std::size_t columns() const { return columns_; }

 private:
  std::size_t columns_;
  std::vector<T> cells_;
};

// Items in each stratum.
std::vector<std::size_t> stratum_sizes(std::span<const std::uint32_t> strata);

// The exact share of each cell: its stratum's size times its part's weight over all weights.
SplitTable<double> exact_shares(std::span<const std::size_t> sizes, std::span<const double> weights);

// Whole numbers with the strata's sizes as row sums and apportion's sizes as column sums, each cell the exact
// share rounded down or up (a controlled rounding; it always exists).
SplitTable<std::size_t> whole_shares(std::span<const std::size_t> sizes, std::span<const double> weights);

// The weights as whole numbers of the same proportion without a common divisor: 0.7, 0.1, 0.2 -> 7, 1, 2.
// Proportions that need a sum over a million are rounded to parts of a million, a positive weight to one at
// least.
std::vector<std::int64_t> whole_weights(std::span<const double> weights);

// share_out for items in groups.
struct SplitItems;
std::vector<std::uint32_t> share_out_groups(const SplitItems& items, std::span<const double> weights,
                                            std::uint64_t seed);

}  // namespace tn
