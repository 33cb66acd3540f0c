// Averaged weights: an exponential moving average of parameters and of BatchNorm's running statistics.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "libcore/net/weights.hpp"

namespace tn {

// Owns copies. The decay of step t is min(decay, (1 + t) / (10 + t)), so that early weights are forgotten.
class Ema {
 public:
  Ema(const NamedTensors& source, double decay);

  void update(const NamedTensors& source,
              std::int64_t step);  // same names and order as at construction
  NamedTensors state() const;      // "ema.NAME": handles to the averages

  // Exchanges the averages with the source's values: once to evaluate or save them, once more to go on.
  void swap(const NamedTensors& source);

 private:
  NamedTensors averages_;
  double decay_;
};

}  // namespace tn
