#include "libcore/net/osa_block.hpp"

#include <ATen/ops/addcmul.h>
#include <ATen/ops/cat.h>

#include <vector>

namespace tn {

namespace {

constexpr std::int64_t kConvolutions = 5;

}  // namespace

OsaBlockImpl::OsaBlockImpl(const OsaOptions& options)
    : conv_concat_(ConvBnReluOptions{options.in + kConvolutions * options.mid, options.out, 1, 1}) {
  for (std::int64_t i = 0; i < kConvolutions; ++i)
    conv_mid_->push_back(ConvBnRelu(ConvBnReluOptions{i == 0 ? options.in : options.mid, options.mid}));
  register_module("conv_mid", conv_mid_);
  register_module("conv_concat", conv_concat_);
  if (options.eca != EcaRule::none) attn_ = register_module("attn", Eca(options.out, options.eca));
  if (options.projection)
    shortcut_ = register_module("shortcut", ConvBnRelu(ConvBnReluOptions{options.in, options.out, 1, 1}));
}

at::Tensor OsaBlockImpl::forward(const at::Tensor& features) {
  std::vector<at::Tensor> layers{features};
  for (const auto& convolution : *conv_mid_)
    layers.push_back(convolution->as<ConvBnRelu>()->forward(layers.back()));
  const at::Tensor joined = conv_concat_->forward(at::cat(layers, 1));
  if (!shortcut_) return attn_ ? joined * attn_->forward(joined) : joined;
  const at::Tensor projected = shortcut_->forward(features);
  return attn_ ? at::addcmul(projected, joined, attn_->forward(joined)) : projected + joined;
}

}  // namespace tn
