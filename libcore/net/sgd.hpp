// Stochastic gradient descent with momentum on LibTorch's fused step.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "libcore/net/descent.hpp"

namespace tn {

// Decay joins the gradient: g = gradient + decay w; b = momentum b + g; w -= rate b, or with Nesterov's form
// w -= rate (g + momentum b). Without momentum w -= rate g, and there is no state.
class Sgd : public Descent {
 public:
  Sgd(NamedTensors parameters, const TrainOptions& options);

  void step(double learning_rate) override;
  NamedTensors state() const override;  // "sgd.b.NAME"

 private:
  NamedTensors parameters_;
  std::vector<at::Tensor> buffers_;  // empty without momentum
  double decay_, momentum_;
  bool nesterov_;
};

}  // namespace tn
