// PSPNet (Zhao, Shi, Qi, Wang, Jia: "Pyramid scene parsing network", CVPR 2017) on ResNet-50.
#pragma once

#include <torch/nn/modules/container/modulelist.h>

#include "libcore/net/resnet_segmenter.hpp"

namespace tn {

// Dilated ResNet-50 of output stride 8 (torchvision's, one 7x7 convolution in the stem, stride in the 3x3
// convolutions); pyramid pooling over 1, 2, 3 and 6 bins, each level 1x1 to 512; concatenated after the last
// stage's 2048 channels, 3x3 to 512; dropout 0.1 of whole channels, 1x1 to the mask, resized by 8. The
// paper's auxiliary loss on stage 3 is left out, in training too.
class PspNet : public ResNetSegmenter {
 public:
  explicit PspNet(const NetOptions& options);

 private:
  at::Tensor decode(const ResNetFeatures& features) override;

  torch::nn::ModuleList pyramid_;
  ConvBnRelu bottleneck_{nullptr};
};

}  // namespace tn
