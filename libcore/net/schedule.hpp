// Learning rates over a training: pure functions of where it stands.
#pragma once

#include <cstdint>

#include "libcore/net/options.hpp"

namespace tn {

// Where a training stands between its first and its last step.
struct Position {
  std::int64_t step = 0;  // optimiser steps done
  double progress = 0;    // share of the whole budget (epochs, steps or time) that is used, in [0,1]
};

// cosine: linear warm-up over the first warmup_steps, then half a cosine down to zero at progress 1.
// plateau: learning_rate x factor, where the factor halves (see Plateau).
double learning_rate(const TrainOptions& options, const Position& position, double plateau_factor);

// Halves the factor when the value has not risen for `patience` epochs; then waits as long again.
struct Plateau {
  double best = -1;
  std::int64_t waited = 0;
  double factor = 1;
  friend bool operator==(const Plateau&, const Plateau&) = default;
};
Plateau advanced(Plateau plateau, double value, std::int64_t patience);

}  // namespace tn
