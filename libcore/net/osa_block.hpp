// One-shot aggregation, improved: the block of the encoder (Lee et al., "VoVNet", CVPR workshops 2019, with
// the projection and channel attention of FFANet).
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/pimpl.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "libcore/net/blocks.hpp"
#include "libcore/net/eca.hpp"
#include "libcore/net/foldable.hpp"
#include "libcore/net/pointwise.hpp"

namespace tn {

struct OsaOptions {
  std::int64_t in = 1;
  std::int64_t mid = 1;  // width of each of the five convolutions
  std::int64_t out = 1;
  EcaRule eca = EcaRule::fixed3;
  bool projection = true;
};

// Five successive 3x3 convolutions; input and all five outputs concatenated, 1x1 convolution, ECA; plus a 1x1
// projection of the input, also where channels match. No ReLU after the sum. Without ECA and projection it is
// the block of VoVNet.
class OsaBlockImpl : public torch::nn::Module, public Foldable {
 public:
  explicit OsaBlockImpl(const OsaOptions& options);
  at::Tensor forward(const at::Tensor& features);  // [N,in,H,W] -> [N,out,H,W]

  void fold(at::ScalarType type) override;

 private:
  at::Tensor forward_folded(const std::vector<at::Tensor>& layers);

  OsaOptions options_;
  torch::nn::ModuleList conv_mid_;
  ConvBnRelu conv_concat_;
  Eca attn_{nullptr};             // none with EcaRule::none
  ConvBnRelu shortcut_{nullptr};  // none without projection
  std::optional<Pointwise> concat_folded_, shortcut_folded_;
};
TORCH_MODULE(OsaBlock);

}  // namespace tn
