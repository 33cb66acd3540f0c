// ResNet-50 (He, Zhang, Ren, Sun: "Deep residual learning for image recognition", CVPR 2016): the classifiers
// resnet50 and resnet50-eca, and the backbone of PSPNet, DeepLabv3+ and DANet.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/pimpl.h>

#include <cstdint>

#include "libcore/net/batch_norm.hpp"
#include "libcore/net/eca.hpp"
#include "libcore/net/heads.hpp"
#include "libcore/net/network.hpp"

namespace tn {

struct BottleneckOptions {
  std::int64_t in = 1;
  std::int64_t width = 1;  // a quarter of the outputs
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
  std::int64_t eca = 0;  // taps of channel attention after the last batch norm; 0: none
};

// 1x1, 3x3 (stride and dilation here), 1x1 convolutions, each with BatchNorm; the block's input is added, by
// a strided 1x1 convolution with BatchNorm where sizes differ; ReLU.
class BottleneckImpl : public torch::nn::Module {
 public:
  explicit BottleneckImpl(const BottleneckOptions& options);
  at::Tensor forward(const at::Tensor& features);  // [N,in,H,W] -> [N,4*width,ceil(H/stride),...]

 private:
  torch::nn::Conv2d conv1_, conv2_, conv3_;
  BatchNorm bn1_, bn2_, bn3_;
  torch::nn::Sequential downsample_{nullptr};
  Eca se_{nullptr};
};
TORCH_MODULE(Bottleneck);

struct ResNetOptions {
  std::int64_t in_channels = 1;
  std::int64_t output_stride = 32;  // 8 or 16: later stages are dilated by 2, 4 instead of strided
  bool eca = false;                 // channel attention of 3, 5, 5, 7 taps in the four stages
};

struct ResNetFeatures {
  at::Tensor first;  // [N,256,H/4,W/4], of stage 1
  at::Tensor last;   // [N,2048,H/output_stride,W/output_stride], of stage 4; sizes rounded upwards
};

// Stem of one 7x7 convolution of stride 2 and 3x3 max-pool; stages of 3, 4, 6, 3 bottlenecks, stride in the
// 3x3 convolution. Names are torchvision's.
class ResNetImpl : public torch::nn::Module {
 public:
  static constexpr std::int64_t kLeastSide = 32;  // below, the last of five halvings has nothing to halve
  static constexpr std::int64_t kWidth = 2048;    // channels of the last stage

  explicit ResNetImpl(const ResNetOptions& options);
  // [N,in,H,W] in any memory format. Throws Error(bad_data) below 32 x 32.
  ResNetFeatures forward(const at::Tensor& images);

 private:
  torch::nn::Conv2d conv1_;
  BatchNorm bn1_;
  torch::nn::Sequential layer1_, layer2_, layer3_, layer4_;
};
TORCH_MODULE(ResNet);

// ResNet-50 with global average pool and one fully connected layer, under torchvision's names; with `eca`
// channel attention (Wang et al., "ECA-Net", CVPR 2020) under timm's, layer1.0.se.conv.weight. No mask.
class ResNetClassifier : public Network {
 public:
  ResNetClassifier(std::int64_t in_channels, std::int64_t classes, bool eca);
  Prediction forward(const at::Tensor& images) override;
  std::int64_t least_side() const override { return ResNetImpl::kLeastSide; }

 private:
  ResNet body_;  // its parts are registered here, without a name for the whole
  ClassHead fc_;
};

}  // namespace tn
