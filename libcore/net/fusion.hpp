// Feature fusion: the pyramid brought to one size and mixed by one 1x1 convolution.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/pimpl.h>

#include <array>
#include <cstdint>
#include <vector>

#include "libcore/net/foldable.hpp"
#include "libcore/net/pointwise.hpp"
#include "libcore/net/vovnet.hpp"

namespace tn {

// F2, F3, F4 resized (bilinear, corners aligned) to F1, concatenated after it, 1x1 convolution with bias.
// Folded for inference, levels must not be negative (pointwise.hpp), and there is no literal form.
class FusionImpl : public torch::nn::Conv2dImpl, public Foldable {
 public:
  FusionImpl(const VovNetLayout& layout, std::int64_t out);

  // Each slice of the convolution at its level's own size, then resize and sum. Equal to the literal form,
  // since a 1x1 convolution and a bilinear resize commute, at a sixth of the multiplications.
  at::Tensor forward(const Pyramid& features);  // -> [N,out,H1,W1]

  // As the definition says, for comparison.
  at::Tensor literal(const Pyramid& features);

  void fold(at::ScalarType type) override;

 private:
  at::Tensor forward_folded(const Pyramid& features) const;

  std::array<std::int64_t, 4> channels_;  // of the levels
  std::vector<Pointwise> folded_;         // a level's slice each
};
TORCH_MODULE(Fusion);

}  // namespace tn
