#include "libcore/net/segnet.hpp"

#include <ATen/ops/max_pool2d_with_indices.h>
#include <ATen/ops/max_unpool2d.h>
#include <torch/nn/modules/container/sequential.h>

#include <array>
#include <vector>

#include "libcore/net/blocks.hpp"

namespace tn {

namespace {

struct Group {
  std::int64_t width, convolutions;
};
constexpr std::array<Group, 5> kGroups{{{64, 2}, {128, 2}, {256, 3}, {512, 3}, {512, 3}}};

// What unpooling needs to know of a pooling.
struct Pooled {
  at::Tensor indices;
  std::array<std::int64_t, 2> size;  // before
};

torch::nn::Sequential group(std::int64_t in, std::int64_t width, std::int64_t out, std::int64_t count) {
  torch::nn::Sequential convolutions;
  for (std::int64_t i = 0; i < count; ++i)
    convolutions->push_back(ConvBnRelu(ConvBnReluOptions{i == 0 ? in : width, i == count - 1 ? out : width}));
  return convolutions;
}

}  // namespace

SegNet::SegNet(const NetOptions& options) {
  std::int64_t channels = options.in_channels;
  for (const Group& g : kGroups) {
    encoder_->push_back(group(channels, g.width, g.width, g.convolutions));
    channels = g.width;
  }
  register_module("encoder", encoder_);
  if (options.mask_head) {
    for (std::size_t i = kGroups.size(); i-- > 1;)
      decoder_->push_back(
          group(kGroups[i].width, kGroups[i].width, kGroups[i - 1].width, kGroups[i].convolutions));
    const Group& last = kGroups.front();  // its second convolution is the mask's
    decoder_->push_back(group(last.width, last.width, last.width, last.convolutions - 1));
    register_module("decoder", decoder_);
    mask_head_ = register_module("mask_head", MaskHead(last.width, 1, 3, 0.0));
  }
  if (options.class_head) class_head_ = register_module("class_head", ClassHead(kGroups.back().width, 2));
  to_channels_last(*this);
}

Prediction SegNet::forward(const at::Tensor& images) {
  expect_side(images, least_side());
  std::vector<Pooled> poolings;
  at::Tensor x = in_channels_last(images);
  for (const auto& convolutions : *encoder_) {
    x = convolutions->as<torch::nn::Sequential>()->forward(x);
    const std::array<std::int64_t, 2> size{x.size(2), x.size(3)};
    auto [pooled, indices] = at::max_pool2d_with_indices(x, {2, 2}, {2, 2});
    poolings.push_back({indices, size});
    x = pooled;
  }
  x = watched(x);
  Prediction prediction;
  if (class_head_) prediction.class_logits = class_head_->forward(x);
  if (!mask_head_) return prediction;
  for (const auto& convolutions : *decoder_) {
    x = at::max_unpool2d(x, poolings.back().indices, poolings.back().size);
    poolings.pop_back();
    x = convolutions->as<torch::nn::Sequential>()->forward(x);
  }
  prediction.mask_logits = mask_head_->forward(x, {images.size(2), images.size(3)}, image_keys());
  return prediction;
}

}  // namespace tn
