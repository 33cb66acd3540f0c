#include "libcore/net/resnet.hpp"

#include <ATen/ops/addcmul.h>
#include <ATen/ops/max_pool2d.h>

#include <array>

namespace tn {

namespace {

constexpr std::int64_t kExpansion = 4;
constexpr std::array<std::int64_t, 4> kBlocks{3, 4, 6, 3};
constexpr std::array<std::int64_t, 4> kWidths{64, 128, 256, 512};
constexpr std::array<std::int64_t, 4> kEcaTaps{3, 5, 5, 7};

torch::nn::Conv2d convolution(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride = 1,
                              std::int64_t dilation = 1) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, kernel)
                               .stride(stride)
                               .padding(dilation * (kernel / 2))
                               .dilation(dilation)
                               .bias(false));
}

// Strides of the stages become dilations once the output stride is reached; the first block of such a stage
// still has the dilation of the one before.
class StageMaker {
 public:
  explicit StageMaker(const ResNetOptions& options) : options_(options) {}

  torch::nn::Sequential next() {
    const std::int64_t width = kWidths[stage_], eca = options_.eca ? kEcaTaps[stage_] : 0;
    std::int64_t stride = stage_ == 0 ? 1 : 2;
    const std::int64_t before = dilation_;
    if (stride_ * stride > options_.output_stride) {
      dilation_ *= stride;
      stride = 1;
    }
    stride_ *= stride;
    torch::nn::Sequential blocks;
    blocks->push_back(Bottleneck(BottleneckOptions{in_, width, stride, before, eca}));
    in_ = width * kExpansion;
    for (std::int64_t b = 1; b < kBlocks[stage_]; ++b)
      blocks->push_back(Bottleneck(BottleneckOptions{in_, width, 1, dilation_, eca}));
    ++stage_;
    return blocks;
  }

 private:
  ResNetOptions options_;
  std::size_t stage_ = 0;
  std::int64_t in_ = 64, stride_ = 4, dilation_ = 1;
};

}  // namespace

BottleneckImpl::BottleneckImpl(const BottleneckOptions& o)
    : conv1_(convolution(o.in, o.width, 1)),
      conv2_(convolution(o.width, o.width, 3, o.stride, o.dilation)),
      conv3_(convolution(o.width, o.width * kExpansion, 1)),
      bn1_(o.width),
      bn2_(o.width),
      bn3_(o.width * kExpansion) {
  register_module("conv1", conv1_);
  register_module("bn1", bn1_);
  register_module("conv2", conv2_);
  register_module("bn2", bn2_);
  register_module("conv3", conv3_);
  register_module("bn3", bn3_);
  if (o.eca > 0) se_ = register_module("se", Eca(o.eca));
  const std::int64_t out = o.width * kExpansion;
  if (o.stride != 1 || o.in != out)
    downsample_ = register_module("downsample",
                                  torch::nn::Sequential(convolution(o.in, out, 1, o.stride), BatchNorm(out)));
}

at::Tensor BottleneckImpl::forward(const at::Tensor& features) {
  at::Tensor x = bn1_->forward(conv1_->forward(features)).relu_();
  x = bn2_->forward(conv2_->forward(x)).relu_();
  x = bn3_->forward(conv3_->forward(x));
  const at::Tensor kept = downsample_ ? downsample_->forward(features) : features;
  return (se_ ? at::addcmul(kept, x, se_->forward(x)) : x.add_(kept)).relu_();
}

ResNetImpl::ResNetImpl(const ResNetOptions& options)
    : conv1_(convolution(options.in_channels, kWidths[0], 7, 2)), bn1_(kWidths[0]) {
  register_module("conv1", conv1_);
  register_module("bn1", bn1_);
  StageMaker stages(options);
  layer1_ = register_module("layer1", stages.next());
  layer2_ = register_module("layer2", stages.next());
  layer3_ = register_module("layer3", stages.next());
  layer4_ = register_module("layer4", stages.next());
}

ResNetFeatures ResNetImpl::forward(const at::Tensor& images) {
  expect_side(images, kLeastSide);
  at::Tensor x = bn1_->forward(conv1_->forward(in_channels_last(images))).relu_();
  x = at::max_pool2d(x, {3, 3}, {2, 2}, {1, 1});
  const at::Tensor first = layer1_->forward(x);
  return {first, layer4_->forward(layer3_->forward(layer2_->forward(first)))};
}

ResNetClassifier::ResNetClassifier(std::int64_t in_channels, std::int64_t classes, bool eca)
    : body_(ResNetOptions{.in_channels = in_channels, .eca = eca}), fc_(ResNetImpl::kWidth, classes) {
  for (const auto& part : body_->named_children()) register_module(part.key(), part.value());
  register_module("fc", fc_);
  to_channels_last(*this);
}

Prediction ResNetClassifier::forward(const at::Tensor& images) {
  Prediction prediction;
  prediction.class_logits = fc_->forward(watched(body_->forward(images).last));
  return prediction;
}

}  // namespace tn
