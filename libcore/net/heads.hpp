// The two heads: mask logits and class logits.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/pimpl.h>

#include <array>
#include <cstdint>
#include <span>

namespace tn {

// Drops whole channels (with probability `dropped`, in training mode), convolution with bias, bilinear resize
// with aligned corners.
class MaskHeadImpl : public torch::nn::Conv2dImpl {
 public:
  MaskHeadImpl(std::int64_t in, std::int64_t out, std::int64_t kernel = 1, double dropped = 0.1);

  // [N,in,h,w] -> [N,out,height,width] float32. In training mode the channels to be dropped are drawn by a
  // key for each image; none: by its place.
  at::Tensor forward(const at::Tensor& features, std::array<std::int64_t, 2> size,
                     std::span<const std::uint64_t> image_keys);

 private:
  double dropped_;
};
TORCH_MODULE(MaskHead);

// Global average pool, fully connected.
class ClassHeadImpl : public torch::nn::LinearImpl {
 public:
  ClassHeadImpl(std::int64_t in, std::int64_t classes);
  at::Tensor forward(const at::Tensor& features);  // [N,in,h,w] -> [N,classes] float32
};
TORCH_MODULE(ClassHead);

}  // namespace tn
