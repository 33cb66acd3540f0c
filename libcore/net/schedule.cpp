#include "libcore/net/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tn {

namespace {

constexpr double kLongestWarmUp = 0.2;  // of the run

double warm_up(const TrainOptions& options, const Position& position) {
  if (options.warmup_steps == 0) return 1;
  const double share = static_cast<double>(position.step + 1) / static_cast<double>(options.warmup_steps);
  return std::min(1.0, std::max(share, position.progress / kLongestWarmUp));
}

double scheduled(const TrainOptions& options, const Position& position, double plateau_factor) {
  const double progress = std::clamp(position.progress, 0.0, 1.0);
  switch (options.schedule) {
    case Schedule::constant:
      return 1;
    case Schedule::step:
      return std::pow(options.rate_factor, static_cast<double>((position.epoch - 1) / options.step_epochs));
    case Schedule::plateau:
      return plateau_factor;
    case Schedule::cosine:
      return 0.5 * (1 + std::cos(std::numbers::pi * progress));
    case Schedule::polynomial:
      return std::pow(1 - progress, options.power);
  }
  return 1;
}

}  // namespace

double learning_rate(const TrainOptions& options, const Position& position, double plateau_factor) {
  return options.learning_rate * warm_up(options, position) * scheduled(options, position, plateau_factor);
}

Plateau advanced(Plateau plateau, double value, std::int64_t patience, double rate_factor) {
  if (value > plateau.best) {
    plateau.best = value;
    plateau.waited = 0;
    return plateau;
  }
  if (++plateau.waited >= patience) {
    plateau.factor *= rate_factor;
    plateau.waited = 0;
  }
  return plateau;
}

}  // namespace tn
