// What is drawn in a resample and changes sign in a permutation: a patient with all cases.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "libcore/eval/case_score.hpp"

namespace tn {

struct Units {
  std::vector<std::uint32_t> of_case;  // number of the unit of each case, by first appearance
  std::size_t count = 0;
  std::string name;  // "patient", "case" where no case names one, "patient, else case" where some do not
  bool one_case_each = false;
};

Units units_of(std::span<const CaseScore> cases);

}  // namespace tn
