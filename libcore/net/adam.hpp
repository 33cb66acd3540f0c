// Adam and AdamW on LibTorch's fused step, with a state that can be written to a file.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "libcore/net/descent.hpp"

namespace tn {

// Adam: Kingma and Ba 2015 (weight decay, if any, is added to the gradient); AdamW: Loshchilov and Hutter
// 2019 (decoupled). AdamW leaves vectors (biases, BatchNorm, gamma) without decay.
class Adam : public Descent {
 public:
  Adam(NamedTensors parameters, const TrainOptions& options);

  void step(double learning_rate) override;
  NamedTensors state() const override;  // "adam.m.NAME", "adam.v.NAME", "adam.step.NAME"

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
