// The encoder: a VoVNet of improved OSA blocks, or without ECA and projection of the original ones.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/pimpl.h>

#include <array>
#include <cstdint>

#include "libcore/net/options.hpp"

namespace tn {

// Widths and depths; see METHOD 1.
struct VovNetLayout {
  std::array<std::int64_t, 3> stem{};    // outputs of the three stem convolutions
  std::array<std::int64_t, 4> mid{};     // widths of the stages' OSA blocks
  std::array<std::int64_t, 4> out{};     // outputs of the stages
  std::array<std::int64_t, 4> blocks{};  // blocks of the stages, at least 1
};
VovNetLayout vovnet39();
VovNetLayout vovnet57();
VovNetLayout vovnet27_slim();
VovNetLayout vovnet_tiny();  // for tests and the demo

// Features of the stem and of the four stages. For H x W: F0 and F1 at a quarter, then halved with ceil mode.
struct Pyramid {
  at::Tensor f0, f1, f2, f3, f4;
};

// One stage; from the second on it begins with a 3x3 max-pool of stride 2, ceil mode, no padding.
class OsaStageImpl : public torch::nn::Module {
 public:
  OsaStageImpl(std::int64_t in, const VovNetLayout& layout, std::size_t stage, EcaRule eca, bool projection);
  at::Tensor forward(const at::Tensor& features);

 private:
  bool pools_;
  torch::nn::ModuleList blocks_;
};
TORCH_MODULE(OsaStage);

class VovNetImpl : public torch::nn::Module {
 public:
  // The smallest height and width: below, F4 would have no pixel.
  static constexpr std::int64_t kLeastSide = 29;

  VovNetImpl(std::int64_t in_channels, const VovNetLayout& layout, EcaRule eca, bool projection = true);
  // [N,in,H,W] in any memory format; the features are channels-last. Throws Error(bad_data) below 29 x 29.
  Pyramid forward(const at::Tensor& images);

 private:
  torch::nn::ModuleList stem_;
  torch::nn::ModuleList stages_;
};
TORCH_MODULE(VovNet);

}  // namespace tn
