#include "libcore/eval/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

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

double normal_share(double z) {
  return std::erfc(-z / std::numbers::sqrt2) / 2;
}

double normal_quantile(double share) {
  // Abramowitz and Stegun 26.2.23 is near enough for Newton's steps (with Halley's term) to end at the last
  // digits.
  const double tail = std::min(share, 1 - share);
  const double t = std::sqrt(-2 * std::log(tail));
  double z =
      (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
  for (int step = 0; step < 4; ++step) {
    const double density = std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi);
    const double miss = (normal_share(z) - tail) / density;
    z -= miss / (1 + z * miss / 2);
  }
  return share < 0.5 ? z : -z;
}

}  // namespace tn
