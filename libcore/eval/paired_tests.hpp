// Tests of two runs over the same units.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace tn {

struct PairedTest {
  std::optional<double> p;  // two-sided; nothing if there is no difference to test
  bool exact = false;       // every outcome looked at, otherwise drawn or approximated
  std::int64_t zeros = 0;   // differences of 0, which say nothing
};

// sums: of each unit the sum of its cases' differences; every unit's sign is flipped as a whole. Exact up to
// 16 units that are not 0; beyond, (1 + drawn sums as far from 0) / (1 + draws).
PairedTest sign_flip(const std::vector<double>& sums, std::int64_t draws, std::uint64_t seed);

// Wilcoxon's signed-rank test; zeros are left out, ties share their mean rank. Exact up to 50 differences
// without ties, otherwise the normal approximation with the correction for ties and none for continuity (as
// SciPy).
PairedTest wilcoxon(const std::vector<double>& differences);

// McNemar's exact test of how often only the first and only the second run was right.
PairedTest mcnemar(std::int64_t only_first, std::int64_t only_second);

// Holm's correction of the p values, in their order.
std::vector<double> holm(const std::vector<double>& p);

}  // namespace tn
