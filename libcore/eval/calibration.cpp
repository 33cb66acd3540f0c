#include "libcore/eval/calibration.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace tn {
namespace {

template <typename Of>
std::optional<double> mean_of(std::span<const ScoredCase> cases, const Of& of) {
  if (cases.empty()) return std::nullopt;
  double sum = 0;
  for (const ScoredCase& one : cases) sum += of(one);
  return sum / static_cast<double>(cases.size());
}

}  // namespace

std::size_t calibration_bin(double p_malignant) {
  const auto bin = static_cast<std::size_t>(p_malignant * static_cast<double>(kCalibrationBins));
  return std::min(bin, kCalibrationBins - 1);
}

double squared_error(const ScoredCase& one) {
  const double error = one.p_malignant - (one.malignant ? 1 : 0);
  return error * error;
}

double log_loss(const ScoredCase& one) {
  constexpr double kLeast = std::numeric_limits<double>::epsilon();
  const double p = std::clamp(one.p_malignant, kLeast, 1 - kLeast);
  return -std::log(one.malignant ? p : 1 - p);
}

std::optional<double> brier(std::span<const ScoredCase> cases) {
  return mean_of(cases, squared_error);
}

std::optional<double> log_loss(std::span<const ScoredCase> cases) {
  return mean_of(cases, [](const ScoredCase& one) { return log_loss(one); });
}

std::optional<double> calibration_error(std::span<const ScoredCase> cases) {
  if (cases.empty()) return std::nullopt;
  std::array<double, kCalibrationBins> excess{};  // of probability over malignant cases
  for (const ScoredCase& one : cases)
    excess.at(calibration_bin(one.p_malignant)) += one.p_malignant - (one.malignant ? 1 : 0);
  double sum = 0;
  for (const double one : excess) sum += std::abs(one);
  return sum / static_cast<double>(cases.size());
}

std::optional<double> auprc(std::span<const ScoredCase> cases) {
  std::vector<ScoredCase> sorted(cases.begin(), cases.end());
  std::ranges::sort(sorted, std::greater<>(), &ScoredCase::p_malignant);
  double called = 0, hits = 0, sum = 0;
  for (std::size_t first = 0; first < sorted.size();) {
    const double p = sorted[first].p_malignant;
    double step = 0;
    for (; first < sorted.size() && sorted[first].p_malignant == p; ++first) {
      ++called;
      step += sorted[first].malignant;
    }
    hits += step;
    sum += step * hits / called;
  }
  if (hits == 0) return std::nullopt;
  return sum / hits;
}

}  // namespace tn
