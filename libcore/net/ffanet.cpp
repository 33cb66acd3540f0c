#include "libcore/net/ffanet.hpp"

#include <vector>

namespace tn {

FfaNet::FfaNet(const FfaNetOptions& options)
    : encoder_(options.in_channels, options.layout, options.eca, options.projection), f0_(options.f0) {
  register_module("encoder", encoder_);
  if (options.mask_outputs > 0) {
    const std::int64_t both = options.layout.stem.back() + options.fusion;
    const std::int64_t in = f0_ ? both : options.fusion;
    const std::int64_t width = both / 4;
    fusion_ = register_module("fusion", Fusion(options.layout, options.fusion));
    attention_ =
        register_module("attention", MixedAttention(in, width, options.attention_pool, options.attention));
    mask_head_ = register_module("mask_head", MaskHead(width, options.mask_outputs));
  }
  if (options.classes > 0)
    class_head_ = register_module("class_head", ClassHead(options.layout.out.back(), options.classes));
  to_channels_last(*this);
}

Prediction FfaNet::forward(const at::Tensor& images) {
  Pyramid features = encoder_->forward(images);
  features.f4 = watched(features.f4);
  Prediction prediction;
  if (mask_head_) prediction.mask_logits = mask_logits(features, images);
  if (class_head_) prediction.class_logits = class_head_->forward(features.f4);
  return prediction;
}

at::Tensor FfaNet::mask_logits(const Pyramid& features, const at::Tensor& images) {
  const at::Tensor fused = fusion_->forward(features);
  // The gradient comes as a slice of that of the attention's concatenation: resizing is slow on slices.
  if (fused.requires_grad())
    fused.register_hook(
        [](const at::Tensor& gradient) { return gradient.contiguous(gradient.suggest_memory_format()); });
  const at::Tensor attended = attention_->forward(f0_ ? std::vector{features.f0, fused} : std::vector{fused});
  return mask_head_->forward(attended, {images.size(2), images.size(3)}, image_keys());
}

}  // namespace tn
