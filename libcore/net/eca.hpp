// Efficient channel attention (Wang et al., "ECA-Net", CVPR 2020).
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/pimpl.h>

#include <cstdint>

#include "libcore/net/options.hpp"

namespace tn {

// Taps of the filter over channels: 3, or the nearest odd of (log2(channels) + 1) / 2, rounded up when even,
// at least 3. 0 for EcaRule::none.
std::int64_t eca_kernel(std::int64_t channels, EcaRule rule);

// One weight a channel: global average pool, one filter over neighbouring channels without bias, sigmoid.
class EcaImpl : public torch::nn::Module {
 public:
  explicit EcaImpl(std::int64_t kernel);  // odd
  EcaImpl(std::int64_t channels, EcaRule rule);
  at::Tensor forward(const at::Tensor& features);  // [N,C,H,W] -> [N,C,1,1] in (0,1), to multiply with

  // The same from the pools, on the processor and for inference: [N,C] contiguous float32 -> [N,C].
  at::Tensor scale(const at::Tensor& means) const;

 private:
  torch::nn::Conv1d conv_;
};
TORCH_MODULE(Eca);

}  // namespace tn
