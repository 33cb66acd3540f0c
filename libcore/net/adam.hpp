// Adam and AdamW on LibTorch's fused step, with a state that can be written to a file.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "libcore/net/options.hpp"
#include "libcore/net/weights.hpp"

namespace tn {

// Adam: Kingma and Ba 2015 (weight decay, if any, is added to the gradient); AdamW: Loshchilov and Hutter
// 2019 (decoupled). AdamW leaves vectors (biases, BatchNorm, gamma) without decay. Borrows the parameters.
class Adam {
 public:
  Adam(NamedTensors parameters, const TrainOptions& options);

  // One step with the gradients that are there; a parameter without a gradient stays as it is.
  void step(double learning_rate);
  void zero_grad();

  // Moments and step counts as "adam.m.NAME", "adam.v.NAME", "adam.step.NAME": handles to the state itself,
  // so that what is copied into them is the state from then on.
  NamedTensors state() const;

 private:
  struct Group {
    double decay = 0;
    std::vector<std::size_t> members;
  };
  void step_group(const Group& group, double learning_rate);

  NamedTensors parameters_;
  std::vector<at::Tensor> first_, second_, steps_;
  std::vector<Group> groups_;
  bool decoupled_;
  double beta1_, beta2_;
};

}  // namespace tn
