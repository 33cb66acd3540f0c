#include "libcore/net/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tn {

double learning_rate(const TrainOptions& options, const Position& position, double plateau_factor) {
  if (options.schedule == Schedule::plateau) return options.learning_rate * plateau_factor;
  const double warm =
      options.warmup_steps > 0
          ? std::min(1.0, static_cast<double>(position.step + 1) / static_cast<double>(options.warmup_steps))
          : 1.0;
  const double progress = std::clamp(position.progress, 0.0, 1.0);
  return options.learning_rate * warm * 0.5 * (1 + std::cos(std::numbers::pi * progress));
}

Plateau advanced(Plateau plateau, double value, std::int64_t patience) {
  if (value > plateau.best) {
    plateau.best = value;
    plateau.waited = 0;
    return plateau;
  }
  if (++plateau.waited >= patience) {
    plateau.factor *= 0.5;
    plateau.waited = 0;
  }
  return plateau;
}

}  // namespace tn
