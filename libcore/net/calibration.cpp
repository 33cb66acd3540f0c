#include "libcore/net/calibration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "libcore/eval/overlap.hpp"

namespace tn {
namespace {

constexpr int kSteps = 20;  // of the mask threshold's grid, its ends left out
constexpr double kSmallestTemperature = 0.1, kLargestTemperature = 10;

double probability(const Margin& margin, double temperature) {
  return 1 / (1 + std::exp(-margin.value / temperature));
}

double grid(std::size_t index) {
  return static_cast<double>(index + 1) / kSteps;
}

// Whether `a` is the better of two thresholds that do equally well.
bool is_preferred(double a, double b) {
  const double far_a = std::abs(a - 0.5), far_b = std::abs(b - 0.5);
  return far_a < far_b - 1e-12 || (far_a < far_b + 1e-12 && a < b);
}

// The derivative of the summed log loss by 1/T: it rises with 1/T, so that its root is the only minimum.
double slope(std::span<const Margin> margins, double inverse) {
  double sum = 0;
  for (const Margin& m : margins) sum += m.value * (probability(m, 1 / inverse) - (m.malignant ? 1.0 : 0.0));
  return sum;
}

}  // namespace

double log_loss(std::span<const Margin> margins, double temperature) {
  double sum = 0;
  for (const Margin& m : margins) {
    const double against = (m.malignant ? -m.value : m.value) / temperature;
    sum += against > 0 ? against + std::log1p(std::exp(-against)) : std::log1p(std::exp(against));
  }
  return sum / static_cast<double>(margins.size());
}

double choose_temperature(std::span<const Margin> margins) {
  if (slope(margins, 1 / kLargestTemperature) >= 0) return kLargestTemperature;
  if (slope(margins, 1 / kSmallestTemperature) <= 0) return kSmallestTemperature;
  double low = 1 / kLargestTemperature, high = 1 / kSmallestTemperature;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (slope(margins, middle) < 0 ? low : high) = middle;
  }
  return 2 / (low + high);
}

std::optional<double> choose_class_threshold(std::span<const Margin> margins, double temperature) {
  struct Scored {
    double p;
    bool malignant;
  };
  std::vector<Scored> scored;
  for (const Margin& m : margins) scored.push_back({probability(m, temperature), m.malignant});
  std::ranges::sort(scored, {}, &Scored::p);
  const auto malignant = static_cast<double>(std::ranges::count(scored, true, &Scored::malignant));
  const double benign = static_cast<double>(scored.size()) - malignant;
  std::optional<double> chosen;
  double most = 1e-12, missed = 0, spared = 0;  // malignant and benign cases below the threshold
  for (std::size_t i = 0; i + 1 < scored.size(); ++i) {
    (scored[i].malignant ? missed : spared) += 1;
    if (scored[i].p == scored[i + 1].p) continue;
    const double threshold = (scored[i].p + scored[i + 1].p) / 2;
    const double index = spared / benign - missed / malignant;
    if (index > most + 1e-12 || (chosen && index > most - 1e-12 && is_preferred(threshold, *chosen))) {
      most = std::max(most, index);
      chosen = threshold;
    }
  }
  return chosen;
}

MaskSweep::MaskSweep() : sums_(kSteps - 1, 0.0) {}

void MaskSweep::add(const cv::Mat1f& probability, const cv::Mat1b& drawn) {
  for (std::size_t i = 0; i < sums_.size(); ++i)
    sums_[i] += dice(overlap(cv::Mat1b(probability >= grid(i)), drawn));
  ++cases_;
}

double MaskSweep::mean_dice(double threshold) const {
  const auto index = static_cast<std::size_t>(std::lround(threshold * kSteps)) - 1;
  return sums_[index] / static_cast<double>(cases_);
}

double MaskSweep::best() const {
  std::size_t chosen = 0;
  for (std::size_t i = 1; i < sums_.size(); ++i)
    if (sums_[i] > sums_[chosen] + 1e-9 ||
        (sums_[i] > sums_[chosen] - 1e-9 && is_preferred(grid(i), grid(chosen))))
      chosen = i;
  return grid(chosen);
}

namespace {

// A temperature at the end of its range minimises nothing.
const char* limit_text(double temperature) {
  if (temperature <= kSmallestTemperature) return " (the end of its range: a lower one would fit better)";
  if (temperature >= kLargestTemperature) return " (the end of its range: a higher one would fit better)";
  return "";
}

void choose_classes(Calibration& result, std::span<const Margin> margins) {
  const auto malignant = std::ranges::count(margins, true, &Margin::malignant);
  const auto benign = static_cast<std::int64_t>(margins.size()) - malignant;
  result.report["benign"] = benign;
  result.report["malignant"] = malignant;
  if (std::min(benign, malignant) < kFewestOfAClass) {
    result.notes.push_back(fmt::format(
        "temperature and class threshold stay 1 and 0.5: {} benign and {} malignant validation images, "
        "at least {} of each are needed to choose them",
        benign, malignant, kFewestOfAClass));
    return;
  }
  result.temperature = choose_temperature(margins);
  result.report["log_loss"] = {log_loss(margins, 1), log_loss(margins, result.temperature)};
  const std::optional<double> threshold = choose_class_threshold(margins, result.temperature);
  if (threshold) result.class_threshold = *threshold;
  const std::string temperature = fmt::format("{:.3f}{}", result.temperature, limit_text(result.temperature));
  result.notes.push_back(
      threshold
          ? fmt::format("chosen on validation: temperature {}, class threshold {:.3f}", temperature,
                        *threshold)
          : fmt::format("chosen on validation: temperature {}; class threshold stays 0.5: none is better "
                        "than chance",
                        temperature));
}

void choose_mask(Calibration& result, const MaskSweep& sweep) {
  result.report["masks"] = sweep.cases();
  if (sweep.cases() < kFewestMasks) {
    result.notes.push_back(fmt::format(
        "mask threshold stays 0.5: {} validation images have a mask, at least {} are needed to choose it",
        sweep.cases(), kFewestMasks));
    return;
  }
  result.mask_threshold = sweep.best();
  const double before = sweep.mean_dice(0.5), after = sweep.mean_dice(result.mask_threshold);
  result.report["dice"] = {before, after};
  result.notes.push_back(
      fmt::format("chosen on validation: mask threshold {:.2f}, Dice {:.4f} ({:.4f} at 0.5)",
                  result.mask_threshold, after, before));
}

}  // namespace

Calibration choose(std::span<const Margin> margins, const MaskSweep& sweep, bool mask_head, bool class_head) {
  Calibration result;
  result.report = nlohmann::json::object();
  if (class_head) choose_classes(result, margins);
  if (mask_head) choose_mask(result, sweep);
  return result;
}

}  // namespace tn
