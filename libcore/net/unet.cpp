#include "libcore/net/unet.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/max_pool2d.h>
#include <torch/nn/modules/container/sequential.h>

#include <array>
#include <vector>

#include "libcore/net/blocks.hpp"

namespace tn {

namespace {

constexpr std::array<std::int64_t, 5> kWidths{64, 128, 256, 512, 1024};

torch::nn::Sequential double_convolution(std::int64_t in, std::int64_t out) {
  return torch::nn::Sequential(ConvBnRelu(ConvBnReluOptions{in, out}),
                               ConvBnRelu(ConvBnReluOptions{out, out}));
}

// One step up: [N,2*width,h,w] and the features [N,width,H,W] of the level, H = 2h or 2h - 1.
class UpImpl : public torch::nn::Module {
 public:
  explicit UpImpl(std::int64_t width)
      : up_(torch::nn::ConvTranspose2dOptions(2 * width, width, 2).stride(2)),
        conv_(double_convolution(2 * width, width)) {
    register_module("up", up_);
    register_module("conv", conv_);
  }
  at::Tensor forward(const at::Tensor& below, const at::Tensor& level) {
    const at::Tensor up = up_->forward(below).narrow(2, 0, level.size(2)).narrow(3, 0, level.size(3));
    return conv_->forward(at::cat({level, up}, 1));
  }

 private:
  torch::nn::ConvTranspose2d up_;
  torch::nn::Sequential conv_;
};
TORCH_MODULE(Up);

}  // namespace

UNet::UNet(const NetOptions& options) {
  std::int64_t channels = options.in_channels;
  for (const std::int64_t width : kWidths) {
    encoder_->push_back(double_convolution(channels, width));
    channels = width;
  }
  register_module("encoder", encoder_);
  if (options.mask_head) {
    for (std::size_t level = kWidths.size() - 1; level-- > 0;) decoder_->push_back(Up(kWidths[level]));
    register_module("decoder", decoder_);
    mask_head_ = register_module("mask_head", MaskHead(kWidths.front(), 1, 1, 0.0));
  }
  if (options.class_head) class_head_ = register_module("class_head", ClassHead(kWidths.back(), 2));
  to_channels_last(*this);
}

Prediction UNet::forward(const at::Tensor& images) {
  expect_side(images, least_side());
  std::vector<at::Tensor> levels;
  at::Tensor x = in_channels_last(images);
  for (const auto& convolutions : *encoder_) {
    if (!levels.empty()) x = at::max_pool2d(x, {2, 2}, {2, 2}, {0, 0}, {1, 1}, /*ceil_mode=*/true);
    x = convolutions->as<torch::nn::Sequential>()->forward(x);
    levels.push_back(x);
  }
  x = watched(x);
  Prediction prediction;
  if (class_head_) prediction.class_logits = class_head_->forward(x);
  if (!mask_head_) return prediction;
  std::size_t level = levels.size() - 1;
  for (const auto& up : *decoder_) x = up->as<Up>()->forward(x, levels[--level]);
  prediction.mask_logits = mask_head_->forward(x, {images.size(2), images.size(3)}, image_keys());
  return prediction;
}

}  // namespace tn
