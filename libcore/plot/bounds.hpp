// --where KEY<NUMBER: records by the size of a number.
#pragma once

#include <string>
#include <vector>

#include "libcore/data/record.hpp"

namespace tn {

struct Bound {
  std::string key;  // a dotted path
  double value = 0;
  bool below = false;  // KEY<NUMBER or KEY<=NUMBER; else > or >=
  bool equal = false;  // the bound itself counts
};

// "metrics.dice<0.5", "p_malignant>=0.8". Throws Error(usage).
Bound parse_bound(const std::string& text);
std::vector<Bound> parse_bounds(const std::vector<std::string>& texts);

// Whether all bounds hold; one on a key that is absent or no number does not.
bool within(const Record& record, const std::vector<Bound>& bounds);

}  // namespace tn
