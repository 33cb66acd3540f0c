// A 1x1 convolution of several tensors as though they were concatenated, with ReLU.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace tn {

// For inference. Owns its weights, packed. The products are LibTorch's (block products of AVX-512 or AMX).
class Pointwise {
 public:
  // Weight [out,in,1,1] and bias [out], float32; `pieces`: how many channels of the input come from each
  // tensor. Computes in `type`: float32, or bfloat16 with sums in float32.
  Pointwise(const at::Tensor& weight, const at::Tensor& bias, std::vector<std::int64_t> pieces,
            at::ScalarType type);

  // Whether the weights are on the processor, it has the block products, and the sizes fit them.
  static bool serves(const at::Tensor& weight, std::span<const std::int64_t> pieces, at::ScalarType type);

  // ReLU(W [pieces] + b): each [N,C,H,W] channels-last of the type -> [N,out,H,W]. `means`, where given,
  // becomes the mean of each channel over the pixels, [N,out] float32, before rounding.
  at::Tensor forward(std::span<const at::Tensor> pieces, at::Tensor* means = nullptr) const;

  // ReLU(W features + b) + other * scale, with `other` as the result and `scale` [N,out] float32.
  at::Tensor forward_adding(const at::Tensor& features, const at::Tensor& other,
                            const at::Tensor& scale) const;

 private:
  struct Job;
  template <typename T>
  void pack(const at::Tensor& weight);
  template <typename T>
  void run(const Job& job) const;
  void run_typed(const Job& job) const;

  std::vector<std::int64_t> pieces_;
  std::int64_t depth_ = 0, out_ = 0, columns_ = 0;  // input channels, output channels, of them at a time
  at::Tensor packed_, bias_;
};

}  // namespace tn
