#include "libcore/net/resnet_segmenter.hpp"

#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/upsample_bilinear2d.h>

namespace tn {

ResNetSegmenter::ResNetSegmenter(const NetOptions& options, std::int64_t output_stride)
    : encoder_(ResNetOptions{.in_channels = options.in_channels, .output_stride = output_stride}) {
  register_module("encoder", encoder_);
}

void ResNetSegmenter::add_heads(const NetOptions& options, std::int64_t width) {
  if (options.mask_head) mask_head_ = register_module("mask_head", MaskHead(width, 1));
  if (options.class_head) class_head_ = register_module("class_head", ClassHead(ResNetImpl::kWidth, 2));
  to_channels_last(*this);
}

Prediction ResNetSegmenter::forward(const at::Tensor& images) {
  ResNetFeatures features = encoder_->forward(images);
  features.last = watched(features.last);
  Prediction prediction;
  if (mask_head_)
    prediction.mask_logits =
        mask_head_->forward(decode(features), {images.size(2), images.size(3)}, image_keys());
  if (class_head_) prediction.class_logits = class_head_->forward(features.last);
  return prediction;
}

at::Tensor pooled_context(ConvBnRelu& convolution, const at::Tensor& features, std::int64_t bins) {
  return resize_like(convolution->forward(at::adaptive_avg_pool2d(features, {bins, bins})), features);
}

at::Tensor resize_like(const at::Tensor& features, const at::Tensor& like) {
  return at::upsample_bilinear2d(features, {like.size(2), like.size(3)}, /*align_corners=*/true);
}

}  // namespace tn
