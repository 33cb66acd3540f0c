#include "libcore/net/pspnet.hpp"

#include <ATen/ops/cat.h>

#include <array>
#include <vector>

namespace tn {

namespace {

constexpr std::array<std::int64_t, 4> kBins{1, 2, 3, 6};
constexpr std::int64_t kWidth = 512;  // of each level, and of what the mask is made of

}  // namespace

PspNet::PspNet(const NetOptions& options) : ResNetSegmenter(options, 8) {
  if (options.mask_head) {
    for (std::size_t i = 0; i < kBins.size(); ++i)
      pyramid_->push_back(ConvBnRelu(ConvBnReluOptions{ResNetImpl::kWidth, kWidth, 1}));
    register_module("pyramid", pyramid_);
    const auto levels = static_cast<std::int64_t>(kBins.size());
    bottleneck_ = register_module(
        "bottleneck", ConvBnRelu(ConvBnReluOptions{ResNetImpl::kWidth + levels * kWidth, kWidth}));
  }
  add_heads(options, kWidth);
}

at::Tensor PspNet::decode(const ResNetFeatures& features) {
  std::vector<at::Tensor> levels{features.last};
  for (std::size_t i = 0; i < kBins.size(); ++i) {
    ConvBnRelu convolution(std::dynamic_pointer_cast<ConvBnReluImpl>(pyramid_->ptr(i)));
    levels.push_back(pooled_context(convolution, features.last, kBins[i]));
  }
  return bottleneck_->forward(at::cat(levels, 1));
}

}  // namespace tn
