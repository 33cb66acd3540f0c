// DANet (Fu, Liu, Tian, Li, Bao, Fang, Lu: "Dual attention network for scene segmentation", CVPR 2019) on
// ResNet-50.
#pragma once

#include "libcore/net/attention.hpp"
#include "libcore/net/resnet_segmenter.hpp"

namespace tn {

// Dilated ResNet-50 of output stride 8 (torchvision's, without multi-grid). On its last stage two branches of
// width 512, a quarter of 2048: 3x3 convolution, position attention (queries and keys 64 wide) or channel
// attention, 3x3 convolution; summed; dropout 0.1 of whole channels, 1x1 to the mask, resized by 8. The mask
// and losses of each branch alone, which the authors' code adds in training, are left out.
class DaNet : public ResNetSegmenter {
 public:
  explicit DaNet(const NetOptions& options);

 private:
  at::Tensor decode(const ResNetFeatures& features) override;

  MixedAttention attention_{nullptr};
};

}  // namespace tn
