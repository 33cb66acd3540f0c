// Mixed-domain attention: between places of the image and between channels (after Fu et al., "DANet", CVPR
// 2019).
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/pimpl.h>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "libcore/net/blocks.hpp"
#include "libcore/net/foldable.hpp"
#include "libcore/net/winograd.hpp"

namespace tn {

// The name under which LibTorch's profilers are told of the products of a position attention, with query, key
// and value [N,pixels,channels].
constexpr const char* kPositionAttentionRecord = "tn::position_attention";

// While one is in scope, position attention on this thread is computed by the literal formula, map and all:
// for writing a network down, and as an oracle.
class LiteralAttention {
 public:
  LiteralAttention();
  ~LiteralAttention();
  LiteralAttention(const LiteralAttention&) = delete;
  LiteralAttention& operator=(const LiteralAttention&) = delete;
};

// out = gamma * softmax(q k^T) v + x over all pairs of pixels, without scaling, computed tile by tile: no
// tensor of pixels x pixels exists, forward or backward. q and k are an eighth of the channels wide, at least
// 1; gamma starts at 0. With pool 2 or 4, keys and values are averaged over squares of that side first.
class PositionAttentionImpl : public torch::nn::Module {
 public:
  PositionAttentionImpl(std::int64_t channels, std::int64_t pool);
  at::Tensor forward(const at::Tensor& features);  // [N,C,H,W] -> [N,C,H,W]

 private:
  std::int64_t pool_;
  torch::nn::Conv2d query_, key_, value_;  // 1x1 with bias
  at::Tensor gamma_;                       // [1]
};
TORCH_MODULE(PositionAttention);

// out = gamma * softmax(rowmax(E) - E) X + X with E = X X^T over flattened space: alike channels weigh least.
// E and softmax in float32, also under autocast. gamma starts at 0.
class ChannelAttentionImpl : public torch::nn::Module {
 public:
  ChannelAttentionImpl();
  at::Tensor forward(const at::Tensor& features);  // [N,C,H,W] -> [N,C,H,W]

 private:
  at::Tensor gamma_;  // [1]
};
TORCH_MODULE(ChannelAttention);

// Two branches, each a 3x3 convolution to the given width, an attention and another 3x3 convolution; summed.
// With `attends` false the convolutions stand alone.
class MixedAttentionImpl : public torch::nn::Module, public Foldable {
 public:
  MixedAttentionImpl(std::int64_t in, std::int64_t width, std::int64_t pool, bool attends = true);
  // Tensors as though concatenated, [N,in,H,W] in all -> [N,width,H,W].
  at::Tensor forward(const std::vector<at::Tensor>& pieces);

  void fold(at::ScalarType type) override;

 private:
  std::array<at::Tensor, 2> branches(const std::vector<at::Tensor>& pieces);  // behind the first convolutions

  ConvBnRelu position_in_, channel_in_;
  PositionAttention position_{nullptr};
  ChannelAttention channel_{nullptr};
  ConvBnRelu position_out_, channel_out_;
  std::optional<WinogradConvolution> both_in_;  // folded: position_in_ and channel_in_ as one
};
TORCH_MODULE(MixedAttention);

}  // namespace tn
