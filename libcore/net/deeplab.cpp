#include "libcore/net/deeplab.hpp"

#include <ATen/ops/cat.h>

#include <vector>

namespace tn {

namespace {

constexpr std::int64_t kWidth = 256;
constexpr std::int64_t kLowIn = 256;  // of the ResNet's stage 1
constexpr std::int64_t kLow = 48;

}  // namespace

DeepLab::DeepLab(const NetOptions& options) : ResNetSegmenter(options, 16) {
  if (options.mask_head) {
    const std::int64_t in = ResNetImpl::kWidth;
    aspp_->push_back(ConvBnRelu(ConvBnReluOptions{in, kWidth, 1}));
    for (const std::int64_t rate : {6, 12, 18})
      aspp_->push_back(ConvBnRelu(ConvBnReluOptions{in, kWidth, 3, 1, rate}));
    register_module("aspp", aspp_);
    const auto branches = static_cast<std::int64_t>(aspp_->size()) + 1;
    image_ = register_module("image", ConvBnRelu(ConvBnReluOptions{in, kWidth, 1}));
    project_ = register_module("project", ConvBnRelu(ConvBnReluOptions{branches * kWidth, kWidth, 1}));
    low_ = register_module("low", ConvBnRelu(ConvBnReluOptions{kLowIn, kLow, 1}));
    decoder_ =
        register_module("decoder", torch::nn::Sequential(ConvBnRelu(ConvBnReluOptions{kLow + kWidth, kWidth}),
                                                         ConvBnRelu(ConvBnReluOptions{kWidth, kWidth})));
  }
  add_heads(options, kWidth);
}

at::Tensor DeepLab::decode(const ResNetFeatures& features) {
  std::vector<at::Tensor> branches;
  for (const auto& branch : *aspp_) branches.push_back(branch->as<ConvBnRelu>()->forward(features.last));
  branches.push_back(pooled_context(image_, features.last, 1));
  const at::Tensor context = project_->forward(at::cat(branches, 1));
  const at::Tensor low = low_->forward(features.first);
  return decoder_->forward(at::cat({low, resize_like(context, low)}, 1));
}

}  // namespace tn
