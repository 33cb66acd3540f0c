#include "libcore/net/osa_block.hpp"

#include <ATen/ops/addcmul.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/ones.h>

#include <vector>

namespace tn {

namespace {

constexpr std::int64_t kConvolutions = 5;

}  // namespace

OsaBlockImpl::OsaBlockImpl(const OsaOptions& options)
    : options_(options),
      conv_concat_(ConvBnReluOptions{options.in + kConvolutions * options.mid, options.out, 1, 1}) {
  for (std::int64_t i = 0; i < kConvolutions; ++i)
    conv_mid_->push_back(ConvBnRelu(ConvBnReluOptions{i == 0 ? options.in : options.mid, options.mid}));
  register_module("conv_mid", conv_mid_);
  register_module("conv_concat", conv_concat_);
  if (options.eca != EcaRule::none) attn_ = register_module("attn", Eca(options.out, options.eca));
  if (options.projection)
    shortcut_ = register_module("shortcut", ConvBnRelu(ConvBnReluOptions{options.in, options.out, 1, 1}));
}

void OsaBlockImpl::fold(at::ScalarType type) {
  std::vector<std::int64_t> pieces(kConvolutions + 1, options_.mid);
  pieces.front() = options_.in;
  if (!Pointwise::serves(conv_concat_->weight(), pieces, type)) return;
  const FoldedWeights concat = conv_concat_->hand_over();
  concat_folded_.emplace(concat.weight, concat.bias, pieces, type);
  if (!shortcut_) return;
  const FoldedWeights shortcut = shortcut_->hand_over();
  shortcut_folded_.emplace(shortcut.weight, shortcut.bias, std::vector<std::int64_t>{options_.in}, type);
}

// The concatenation is never made, but for one in bytes (pointwise.hpp), and the sum at the end belongs to
// the projection.
at::Tensor OsaBlockImpl::forward_folded(const std::vector<at::Tensor>& layers) {
  at::Tensor means;
  const at::Tensor joined = concat_folded_->forward(layers, attn_ ? &means : nullptr);
  const at::Tensor scale = attn_ ? attn_->scale(means) : at::ones({joined.size(0), joined.size(1)});
  if (shortcut_folded_) return shortcut_folded_->forward_adding(layers.front(), joined, scale);
  return attn_ ? joined * scale.to(joined.scalar_type()).view({joined.size(0), -1, 1, 1}) : joined;
}

at::Tensor OsaBlockImpl::forward(const at::Tensor& features) {
  std::vector<at::Tensor> layers{features};
  for (const auto& convolution : *conv_mid_)
    layers.push_back(convolution->as<ConvBnRelu>()->forward(layers.back()));
  if (concat_folded_) return forward_folded(layers);
  const at::Tensor joined = conv_concat_->forward(at::cat(layers, 1));
  if (!shortcut_) return attn_ ? joined * attn_->forward(joined) : joined;
  const at::Tensor projected = shortcut_->forward(features);
  return attn_ ? at::addcmul(projected, joined, attn_->forward(joined)) : projected + joined;
}

}  // namespace tn
