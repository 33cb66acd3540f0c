// U-Net (Ronneberger, Fischer, Brox: "U-Net: convolutional networks for biomedical image segmentation",
// MICCAI 2015).
#pragma once

#include <torch/nn/modules/container/modulelist.h>

#include "libcore/net/heads.hpp"
#include "libcore/net/network.hpp"
#include "libcore/net/options.hpp"

namespace tn {

// The paper's widths: 64, 128, 256, 512, 1024, each two 3x3 convolutions, 2x2 max-pools between them; upwards
// 2x2 transposed convolutions (learned, with bias) that halve the channels, concatenation with the level's
// features, two 3x3 convolutions; 1x1 convolution to the mask at full size. The deepest features have stride
// 16. Unlike in the paper, convolutions are padded, and have BatchNorm and no bias; pooling is in ceil mode,
// and what the way up has too much of odd sizes is cut off at the right and at the bottom. No dropout and no
// auxiliary head, as in the paper's figure. The class branch taps the deepest features (1024): global average
// pool, fully connected.
class UNet : public Network {
 public:
  explicit UNet(const NetOptions& options);
  Prediction forward(const at::Tensor& images) override;
  std::int64_t least_side() const override { return 16; }  // a whole pixel after four halvings

 private:
  torch::nn::ModuleList encoder_;
  torch::nn::ModuleList decoder_;
  MaskHead mask_head_{nullptr};
  ClassHead class_head_{nullptr};
};

}  // namespace tn
