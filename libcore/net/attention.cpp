#include "libcore/net/attention.hpp"

#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/baddbmm.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <vector>

#include "libcore/net/gram.hpp"
#include "libcore/net/loop_elements.hpp"
#include "libcore/net/runtime.hpp"
#include "libcore/net/tiled_attention.hpp"

namespace tn {

namespace {

// [N,C,H,W] -> [N,HW,C]; a view of a channels-last tensor, a copy of any other.
at::Tensor to_tokens(const at::Tensor& features) {
  return features.permute({0, 2, 3, 1}).flatten(1, 2);
}

// [N,HW,C] -> [N,C,H,W] with the sizes of `like`; a channels-last view of contiguous tokens.
at::Tensor to_features(const at::Tensor& tokens, const at::Tensor& like) {
  return tokens.view({like.size(0), like.size(2), like.size(3), like.size(1)}).permute({0, 3, 1, 2});
}

// A 1x1 convolution on tokens.
at::Tensor project(const at::Tensor& tokens, const torch::nn::Conv2d& convolution) {
  return at::linear(tokens, convolution->weight.flatten(1), convolution->bias);
}

torch::nn::Conv2d pointwise(std::int64_t in, std::int64_t out) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 1));
}

// X^T X in float32: [N,HW,C] -> [N,C,C].
at::Tensor energies(const at::Tensor& tokens) {
  if (can_gram(tokens)) return gram(tokens);
  const at::Tensor exact = tokens.to(at::kFloat);
  return at::bmm(exact.transpose(1, 2), exact);
}

int& literal_scopes() {
  thread_local int scopes = 0;
  return scopes;
}

// softmax(query key^T) value, unscaled: [N,L,D], [N,M,D], [N,M,C] -> [N,L,C].
at::Tensor attend(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value) {
  if (literal_scopes() > 0) return at::bmm(at::softmax(at::bmm(query, key.transpose(1, 2)), -1), value);
  RECORD_FUNCTION(kPositionAttentionRecord, std::vector<c10::IValue>({query, key, value}));
  if (can_tile(query, key, value)) return tiled_attention(query, key, value);
  // LibTorch's tiled kernel wants q, k and v equally wide; zeros change no product.
  const std::int64_t width = value.size(2);
  const auto head = [&](const at::Tensor& t) {  // [N,1,HW,C]
    return at::constant_pad_nd(t, {0, width - t.size(2)}).unsqueeze(1);
  };
  return at::scaled_dot_product_attention(head(query), head(key), value.unsqueeze(1), /*attn_mask=*/{},
                                          /*dropout_p=*/0.0, /*is_causal=*/false, /*scale=*/1.0)
      .squeeze(1);
}

}  // namespace

LiteralAttention::LiteralAttention() {
  ++literal_scopes();
}
LiteralAttention::~LiteralAttention() {
  --literal_scopes();
}

PositionAttentionImpl::PositionAttentionImpl(std::int64_t channels, std::int64_t pool)
    : pool_(pool),
      query_(pointwise(channels, std::max<std::int64_t>(1, channels / 8))),
      key_(pointwise(channels, std::max<std::int64_t>(1, channels / 8))),
      value_(pointwise(channels, channels)),
      gamma_(register_parameter("gamma", at::zeros({1}))) {
  register_module("query", query_);
  register_module("key", key_);
  register_module("value", value_);
}

at::Tensor PositionAttentionImpl::forward(const at::Tensor& features) {
  const at::Tensor tokens = to_tokens(features);
  const at::Tensor source = pool_ == 1
                                ? tokens
                                : to_tokens(at::avg_pool2d(features, {pool_, pool_}, {pool_, pool_}, {0, 0},
                                                           /*ceil_mode=*/true, /*count_include_pad=*/false));
  // A (gamma v) = gamma (A v): scaling the weights of v spares passes over the pixels.
  const at::Tensor value = at::linear(source, gamma_ * value_->weight.flatten(1), gamma_ * value_->bias);
  const at::Tensor query = project(tokens, query_);
  const at::Tensor key = project(source, key_);
  return to_features(attend(query, key, value), features) + features;
}

ChannelAttentionImpl::ChannelAttentionImpl() : gamma_(register_parameter("gamma", at::zeros({1}))) {}

at::Tensor ChannelAttentionImpl::forward(const at::Tensor& features) {
  const at::Tensor tokens = to_tokens(features);  // [N,HW,C]
  at::Tensor mix;                                 // [N,C,C]: row i says what goes into channel i
  {
    const Autocast off(false, features.device().type());  // energies are sums over all pixels
    const at::Tensor energy = energies(tokens);
    mix = gamma_ * at::softmax(-energy, -1);  // softmax(rowmax(E) - E): a constant a row cancels
  }
  return to_features(at::baddbmm(tokens, tokens, mix.transpose(1, 2)), features);
}

MixedAttentionImpl::MixedAttentionImpl(std::int64_t in, std::int64_t width, std::int64_t pool, bool attends)
    : position_in_(ConvBnReluOptions{in, width}),
      channel_in_(ConvBnReluOptions{in, width}),
      position_out_(ConvBnReluOptions{width, width}),
      channel_out_(ConvBnReluOptions{width, width}) {
  register_module("position_in", position_in_);
  register_module("channel_in", channel_in_);
  if (attends) {
    position_ = register_module("position", PositionAttention(width, pool));
    channel_ = register_module("channel", ChannelAttention());
  }
  register_module("position_out", position_out_);
  register_module("channel_out", channel_out_);
}

// Features of many channels are transformed once for both.
void MixedAttentionImpl::fold(at::ScalarType type) {
  if (!WinogradConvolution::serves(position_in_->weight(), position_in_->options(), type, /*answers=*/2))
    return;
  const FoldedWeights position = position_in_->hand_over(), channel = channel_in_->hand_over();
  both_in_.emplace(at::cat({position.weight, channel.weight}), at::cat({position.bias, channel.bias}), type,
                   std::vector{position.weight.size(0), channel.weight.size(0)});
}

std::array<at::Tensor, 2> MixedAttentionImpl::branches(const std::vector<at::Tensor>& pieces) {
  const auto whole = [&pieces] { return pieces.size() == 1 ? pieces.front() : at::cat(pieces, 1); };
  if (both_in_) {
    std::vector<at::Tensor> laid;
    for (const at::Tensor& piece : pieces) laid.push_back(laid_out(piece, both_in_->type()));
    if (std::ranges::any_of(laid, [](const at::Tensor& piece) { return piece.size(1) % 16 != 0; }))
      laid = {laid_out(whole(), both_in_->type())};
    const std::vector<at::Tensor> both = both_in_->forward(laid);
    return {both.front(), both.back()};
  }
  const at::Tensor features = whole();
  return {position_in_->forward(features), channel_in_->forward(features)};
}

at::Tensor MixedAttentionImpl::forward(const std::vector<at::Tensor>& pieces) {
  auto [position, channel] = branches(pieces);
  if (position_) position = position_->forward(position);
  if (channel_) channel = channel_->forward(channel);
  return position_out_->forward(position) + channel_out_->forward(channel);
}

}  // namespace tn
