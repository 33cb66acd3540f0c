#include "libcore/plot/density.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "libcore/eval/statistics.hpp"

namespace tn {
namespace {

// Further away a value adds less than 1e-14 of its own density.
constexpr double kReach = 8;
constexpr int kFewestSteps = 129, kMostSteps = 2001;

double density_at(double place, const std::vector<double>& sorted, double bandwidth) {
  const double reach = kReach * bandwidth;
  const auto first = std::ranges::lower_bound(sorted, place - reach);
  double sum = 0;
  for (auto value = first; value != sorted.end() && *value <= place + reach; ++value) {
    const double z = (place - *value) / bandwidth;
    sum += std::exp(-z * z / 2);
  }
  return sum / (static_cast<double>(sorted.size()) * bandwidth * std::sqrt(2 * std::numbers::pi));
}

}  // namespace

std::optional<double> silverman_bandwidth(const std::vector<double>& values) {
  const auto sd = spread(values).sd;
  if (!sd || !(*sd > 0)) return std::nullopt;
  const double quartiles = (percentile(values, 0.75) - percentile(values, 0.25)) / 1.34;
  const double width = quartiles > 0 ? std::min(*sd, quartiles) : *sd;
  return 0.9 * width * std::pow(static_cast<double>(values.size()), -0.2);
}

int density_steps(const std::vector<double>& values) {
  const auto bandwidth = silverman_bandwidth(values);
  if (!bandwidth) return kFewestSteps;
  const auto [least, greatest] = std::ranges::minmax(values);
  return static_cast<int>(
      std::clamp<double>(4 * (greatest - least) / *bandwidth + 1, kFewestSteps, kMostSteps));
}

std::vector<Point> kernel_density(const std::vector<double>& values, int steps) {
  const auto bandwidth = silverman_bandwidth(values);
  if (!bandwidth) return {};
  std::vector<double> sorted = values;
  std::ranges::sort(sorted);
  std::vector<Point> curve;
  for (int i = 0; i < steps; ++i) {
    const double place = std::lerp(sorted.front(), sorted.back(), static_cast<double>(i) / (steps - 1));
    curve.push_back({place, density_at(place, sorted, *bandwidth)});
  }
  return curve;
}

}  // namespace tn
