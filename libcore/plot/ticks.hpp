// Round numbers along an axis.
#pragma once

#include <string>
#include <vector>

namespace tn {

struct Range {
  double low = 0;
  double high = 1;
};

// Multiples of 1, 2 or 5 times a power of ten (whole numbers if `whole`) inside the range, about `wanted` of
// them, at least one where the range holds one.
std::vector<double> ticks(const Range& range, int wanted, bool whole = false);

// The range grown to the next round numbers on both sides; a range of one value gets room around it.
Range rounded(const Range& range, int wanted);

// As short as all ticks together allow: 0, 0.25, 0.5.
std::string tick_label(double tick, const std::vector<double>& all);

}  // namespace tn
