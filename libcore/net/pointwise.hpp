// A 1x1 convolution of several tensors as though they were concatenated, with or without ReLU.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "libcore/net/loop_elements.hpp"
#include "libcore/net/pointwise_loops.hpp"

namespace tn {

// For inference. Owns its weights, packed. The products are LibTorch's (block products of AVX-512 or AMX).
//
// In bfloat16, where the processor has products of bytes, which are twice as fast, inputs and weights are
// rounded to bytes: the channels of a pixel with a scale of their own, found in each image anew, and the
// weights of an output channel with theirs; the inputs of a batch are held once as bytes. Like the rounding
// to bfloat16 elsewhere it moves the mean Dice by less than 0.001 (tn-infer(1)).
class Pointwise {
 public:
  enum class Rectify { no, yes };

  // Weight [out,in,1,1] and bias [out], float32; `pieces`: how many channels of the input come from each
  // tensor. Computes in `type`: float32, or bfloat16 with sums in float32. Inputs of bfloat16 must not be
  // negative: they are behind a ReLU.
  Pointwise(const at::Tensor& weight, const at::Tensor& bias, std::vector<std::int64_t> pieces,
            at::ScalarType type, Rectify rectify = Rectify::yes);

  // Whether the weights are on the processor, it has the block products, and the sizes fit them.
  static bool serves(const at::Tensor& weight, std::span<const std::int64_t> pieces, at::ScalarType type);

  // ReLU(W [pieces] + b), or without ReLU: each [N,C,H,W] channels-last of the type -> [N,out,H,W]. `means`,
  // where given, becomes the mean of each channel over the pixels, [N,out] float32, before rounding.
  at::Tensor forward(std::span<const at::Tensor> pieces, at::Tensor* means = nullptr) const;

  // ReLU(W features + b) + other * scale, with `other` as the result and `scale` [N,out] float32.
  at::Tensor forward_adding(const at::Tensor& features, const at::Tensor& other,
                            const at::Tensor& scale) const;

 private:
  struct Job;
  struct Block;
  struct Quantised;
  template <typename T>
  void pack(const at::Tensor& weight);
  void pack_bytes(const at::Tensor& weight);
  template <typename Work>
  void each_block(const Job& job, const Work& work) const;
  template <typename T>
  PointwiseTarget<LoopElement<T>> target(const Job& job, const Block& block) const;
  template <typename T>
  void run(const Job& job) const;
  Quantised quantise(const Job& job) const;
  void run_bytes(const Job& job) const;
  void run_typed(const Job& job) const;

  std::vector<std::int64_t> pieces_;
  std::int64_t depth_ = 0, out_ = 0, columns_ = 0;  // input channels, output channels, of them at a time
  at::ScalarType type_;
  Rectify rectify_;
  at::Tensor packed_, bias_;
  at::Tensor scales_;  // [out] float32: the weights are bytes
};

}  // namespace tn
