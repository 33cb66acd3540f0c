// One step down the gradient: what Adam and SGD have in common.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

#include "libcore/net/options.hpp"
#include "libcore/net/weights.hpp"

namespace tn {

// Borrows the parameters. Same gradients, same bits: the fused steps go element by element.
class Descent {
 public:
  virtual ~Descent() = default;

  // One step with the gradients that are there; a parameter without a gradient stays as it is.
  virtual void step(double learning_rate) = 0;

  // What the optimiser remembers, by names of its own: handles to the state itself, so that what is copied
  // into them is the state from then on.
  virtual NamedTensors state() const = 0;
};

std::unique_ptr<Descent> make_descent(NamedTensors parameters, const TrainOptions& options);

// A fused step walks memory: the gradient as it must lie beside its parameter.
at::Tensor laid_out_as(const at::Tensor& gradient, const at::Tensor& parameter);

}  // namespace tn
