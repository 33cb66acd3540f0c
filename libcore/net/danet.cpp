#include "libcore/net/danet.hpp"

namespace tn {

namespace {

constexpr std::int64_t kWidth = ResNetImpl::kWidth / 4;

}  // namespace

DaNet::DaNet(const NetOptions& options) : ResNetSegmenter(options, 8) {
  if (options.mask_head)
    attention_ =
        register_module("attention", MixedAttention(ResNetImpl::kWidth, kWidth, options.attention_pool));
  add_heads(options, kWidth);
}

at::Tensor DaNet::decode(const ResNetFeatures& features) {
  return attention_->forward({features.last});
}

}  // namespace tn
