// SegNet (Badrinarayanan, Kendall, Cipolla: "SegNet: a deep convolutional encoder-decoder architecture for
// image segmentation", IEEE TPAMI 39, 2017).
#pragma once

#include <torch/nn/modules/container/modulelist.h>

#include "libcore/net/heads.hpp"
#include "libcore/net/network.hpp"
#include "libcore/net/options.hpp"

namespace tn {

// Encoder: the thirteen 3x3 convolutions of VGG16 with BatchNorm, widths 64 64, 128 128, 256 x 3, 512 x 3,
// 512 x 3, a 2x2 max-pool after each group: output stride 32. Decoder: its mirror, each group after unpooling
// to the places that the maxima came from, a group's last convolution going to the width above; the last of
// all, 3x3 with bias, gives the mask. Convolutions before BatchNorm have no bias. No dropout and no auxiliary
// head. The class branch taps the pooled features of the last group (512): global average pool, fully
// connected.
class SegNet : public Network {
 public:
  explicit SegNet(const NetOptions& options);
  Prediction forward(const at::Tensor& images) override;
  std::int64_t least_side() const override { return 32; }  // a pixel after five halvings

 private:
  torch::nn::ModuleList encoder_;
  torch::nn::ModuleList decoder_;
  MaskHead mask_head_{nullptr};
  ClassHead class_head_{nullptr};
};

}  // namespace tn
