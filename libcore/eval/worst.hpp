// The cases that someone should look at first.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "libcore/eval/case_score.hpp"

namespace tn {

struct Worst {
  std::vector<std::size_t> masks;    // numbers of the cases with the lowest Dice, the lowest first
  std::vector<std::size_t> classes;  // of those called wrongly, the surest call first
};

// At most n of each; equal ones in the order of the cases. A case without a Dice is in no list.
Worst worst_cases(std::span<const CaseScore> cases, EmptyRule empty, double threshold, std::int64_t n);

}  // namespace tn
