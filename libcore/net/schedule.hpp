// Learning rates over a training: pure functions of where it stands.
#pragma once

#include <cstdint>

#include "libcore/net/options.hpp"

namespace tn {

// Where a training stands between its first and its last step.
struct Position {
  std::int64_t step = 0;   // optimiser steps done
  std::int64_t epoch = 1;  // the one in progress, from 1
  double progress = 0;     // share of the whole budget (epochs, steps or time) that is used, in [0,1]
};

// The rate of the next step: the options' rate times a share that rises linearly over the first warmup_steps,
// times by schedule
//   constant    1
//   step        rate_factor ^ (whole times that step_epochs fit into the epochs done)
//   plateau     the factor of Plateau
//   cosine      (1 + cos(pi progress)) / 2
//   polynomial  (1 - progress) ^ power
double learning_rate(const TrainOptions& options, const Position& position, double plateau_factor);

// Lowers the factor when the value has not risen for `patience` epochs; then waits as long again.
struct Plateau {
  double best = -1;
  std::int64_t waited = 0;
  double factor = 1;
  friend bool operator==(const Plateau&, const Plateau&) = default;
};
Plateau advanced(Plateau plateau, double value, std::int64_t patience, double rate_factor);

}  // namespace tn
