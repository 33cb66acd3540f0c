#include "libcore/eval/statistics.hpp"

#include <algorithm>
#include <cmath>

namespace tn {

Spread spread(std::vector<double> values) {
  Spread result;
  result.n = static_cast<std::int64_t>(values.size());
  if (values.empty()) return result;
  const double n = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += value;
  const double mean = sum / n;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  result.mean = mean;
  if (values.size() > 1) result.sd = std::sqrt(squares / (n - 1));
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  result.median = values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
  return result;
}

double percentile(std::vector<double> values, double share) {
  const double place = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::ptrdiff_t>(place);
  std::nth_element(values.begin(), values.begin() + below, values.end());
  const double low = values[static_cast<std::size_t>(below)];
  if (static_cast<std::size_t>(below) + 1 == values.size()) return low;
  const double high = *std::min_element(values.begin() + below + 1, values.end());
  return low + (high - low) * (place - static_cast<double>(below));
}

}  // namespace tn
