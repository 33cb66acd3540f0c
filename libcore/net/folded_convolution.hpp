// A convolution whose weights are packed once, for inference.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/modules/conv.h>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "libcore/net/batch_norm.hpp"
#include "libcore/net/winograd.hpp"

namespace tn {

// Weight and bias, float32, of a convolution without bias and the batch norm behind it as one convolution.
struct FoldedWeights {
  at::Tensor weight, bias;
};
FoldedWeights fold(const torch::nn::Conv2dImpl& convolution, const BatchNormImpl& norm);

// Convolution, bias and ReLU. On the processor 3x3 convolutions of stride 1 by Winograd's method where it
// serves, and others in one call of oneDNN, with weights in the order that it wants.
class FoldedConvolution {
 public:
  // Computes in `type`, float32 or bfloat16, on the weights' device.
  FoldedConvolution(const FoldedWeights& weights, const torch::nn::detail::ConvNdOptions<2>& options,
                    at::ScalarType type);

  at::Tensor forward(
      const at::Tensor& features) const;  // [N,in,H,W] -> [N,out,H',W'] channels-last of the type

 private:
  at::Tensor on_the_processor(const at::Tensor& features) const;

  std::vector<std::int64_t> padding_, stride_, dilation_;
  at::Tensor weight_, bias_;  // no weight where winograd_ has it
  std::optional<WinogradConvolution> winograd_;
};

}  // namespace tn
