// A 3x3 convolution with fewer multiplications, and ReLU.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/modules/conv.h>

#include <cstdint>
#include <span>
#include <vector>

#include "libcore/net/winograd_loops.hpp"

namespace tn {

// Winograd's convolution (winograd_loops.hpp), for inference: with a quarter of the multiplications, or a
// third where the weights are many, since they grow fourfold or by 8/3. Owns its weights, packed. The
// products are LibTorch's (block products of AVX-512 or AMX). By how much 128 channels are off, root mean
// square, of that of the answer: float32 5e-7 or 9e-7 where direct convolution has 4e-7; bfloat16, with sums
// in float32, 0.6 or 1 % where it has 0.24 %.
class WinogradConvolution {
 public:
  // Weight [out,in,3,3] and bias [out], float32. Computes in `type`, float32 or bfloat16. `parts`: the output
  // channels of each answer, in multiples of 16, where convolutions of the same features are one (none: one
  // answer with all).
  WinogradConvolution(const at::Tensor& weight, const at::Tensor& bias, at::ScalarType type,
                      std::vector<std::int64_t> parts = {});

  // Whether the weights are on the processor, it has the block products, and it is a 3x3 convolution of
  // stride 1, padded by 1, of sizes that fit, with no more weights than are quickly read. `answers`: so many
  // convolutions of these sizes are to be one.
  static bool serves(const at::Tensor& weight, const torch::nn::detail::ConvNdOptions<2>& options,
                     at::ScalarType type, std::int64_t answers = 1);

  // ReLU(W * features + b): [N,in,H,W] channels-last of the type -> [N,out,H,W]. An image's answer does not
  // depend on the others. For one answer.
  at::Tensor forward(const at::Tensor& features) const;

  // The same of several tensors as though they were concatenated, each of a multiple of 16 channels; an
  // answer for each part.
  std::vector<at::Tensor> forward(std::span<const at::Tensor> pieces) const;

  WinogradTile tile() const { return tile_; }
  at::ScalarType type() const { return packed_.scalar_type(); }

 private:
  template <typename T>
  void run(std::span<const at::Tensor> pieces, std::span<const at::Tensor> answers) const;

  std::int64_t in_, out_;
  std::vector<std::int64_t> parts_;
  WinogradTile tile_;
  at::Tensor packed_, bias_;  // [numbers of a tile,in,out], in bfloat16 [..,in/2,out,2]; [out] float32
};

}  // namespace tn
