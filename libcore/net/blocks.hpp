// Small parts shared by encoder and attention.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/pimpl.h>

#include <cstdint>
#include <optional>

#include "libcore/net/batch_norm.hpp"
#include "libcore/net/foldable.hpp"
#include "libcore/net/folded_convolution.hpp"

namespace tn {

struct ConvBnReluOptions {
  std::int64_t in = 1;
  std::int64_t out = 1;
  std::int64_t kernel = 3;  // odd; padded by half of what it spans
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
};

// Convolution without bias, BatchNorm (eps 1e-5, momentum 0.1), ReLU.
class ConvBnReluImpl : public torch::nn::Module, public Foldable {
 public:
  explicit ConvBnReluImpl(const ConvBnReluOptions& options);
  at::Tensor forward(const at::Tensor& features);  // [N,in,H,W] -> [N,out,ceil(H/stride),ceil(W/stride)]

  void fold(at::ScalarType type) override;

  const at::Tensor& weight() const { return conv_->weight; }  // [out,in,kernel,kernel]
  const torch::nn::detail::ConvNdOptions<2>& options() const { return conv_->options; }
  // Convolution and BatchNorm as one, for the part of the network that computes in this one's place from now
  // on and calls this in its own fold(), which comes first: fold() does nothing then. Releases the
  // parameters.
  FoldedWeights hand_over();

 private:
  bool handed_over_ = false;
  torch::nn::Conv2d conv_;
  BatchNorm bn_;
  std::optional<FoldedConvolution> folded_;
};
TORCH_MODULE(ConvBnRelu);

}  // namespace tn
