#include "libcore/plot/ticks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tn {
namespace {

// The round number nearest above span / wanted.
double step_of(const Range& range, int wanted, bool whole) {
  const double rough = (range.high - range.low) / std::max(1, wanted);
  if (!(rough > 0)) return 1;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power < rough * (1 - 1e-9)) continue;
    step = factor * power;
    break;
  }
  return whole ? std::max(1.0, std::round(step)) : step;
}

}  // namespace

std::vector<double> ticks(const Range& range, int wanted, bool whole) {
  const double step = step_of(range, wanted, whole);
  std::vector<double> found;
  const double slack = step * 1e-9;
  for (double n = std::ceil((range.low - slack) / step); n * step <= range.high + slack; ++n)
    found.push_back(n == 0 ? 0 : n * step);  // no negative zero
  return found;
}

Range rounded(const Range& range, int wanted) {
  Range wide = range;
  if (!(wide.high > wide.low)) {
    const double room = std::max(std::abs(wide.low) * 0.1, 0.05);
    wide = {wide.low - room, wide.high + room};
  }
  const double step = step_of(wide, wanted, false);
  return {std::floor(wide.low / step + 1e-9) * step, std::ceil(wide.high / step - 1e-9) * step};
}

std::string tick_label(double tick, const std::vector<double>& all) {
  for (int digits = 0; digits < 9; ++digits) {
    const double scale = std::pow(10, digits);
    const bool exact = std::ranges::all_of(all, [&](double one) {
      return std::abs(one * scale - std::round(one * scale)) < 1e-6 * std::max(1.0, std::abs(one * scale));
    });
    if (exact) return fmt::format("{:.{}f}", tick, digits);
  }
  return fmt::format("{:.3g}", tick);
}

}  // namespace tn
