// DeepLabv3+ (Chen, Zhu, Papandreou, Schroff, Adam: "Encoder-decoder with atrous separable convolution for
// semantic image segmentation", ECCV 2018) on ResNet-50.
#pragma once

#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/modules/container/sequential.h>

#include "libcore/net/resnet_segmenter.hpp"

namespace tn {

// Dilated ResNet-50 of output stride 16 (torchvision's). Atrous spatial pyramid on its last stage: 1x1, three
// 3x3 with rates 6, 12, 18 and the image's average, each to 256; concatenated, 1x1 to 256. Decoder: resized
// to stage 1, whose 256 channels a 1x1 convolution takes to 48; concatenated (those first), twice 3x3 to 256;
// dropout 0.1 of whole channels, 1x1 to the mask, resized by 4. Convolutions are plain, as the paper has them
// for ResNet, not separable; no auxiliary head.
class DeepLab : public ResNetSegmenter {
 public:
  explicit DeepLab(const NetOptions& options);

 private:
  at::Tensor decode(const ResNetFeatures& features) override;

  torch::nn::ModuleList aspp_;
  ConvBnRelu image_{nullptr}, project_{nullptr}, low_{nullptr};
  torch::nn::Sequential decoder_{nullptr};
};

}  // namespace tn
