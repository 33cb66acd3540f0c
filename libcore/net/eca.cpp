#include "libcore/net/eca.hpp"

#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/empty_like.h>

#include <algorithm>
#include <cmath>
#include <span>

namespace tn {

std::int64_t eca_kernel(std::int64_t channels, EcaRule rule) {
  if (rule == EcaRule::none) return 0;
  if (rule == EcaRule::fixed3) return 3;
  const auto taps = static_cast<std::int64_t>((std::log2(static_cast<double>(channels)) + 1) / 2);
  return std::max<std::int64_t>(3, taps % 2 == 0 ? taps + 1 : taps);
}

EcaImpl::EcaImpl(std::int64_t kernel)
    : conv_(torch::nn::Conv1dOptions(1, 1, kernel).padding(kernel / 2).bias(false)) {
  register_module("conv", conv_);
}

EcaImpl::EcaImpl(std::int64_t channels, EcaRule rule) : EcaImpl(eca_kernel(channels, rule)) {}

at::Tensor EcaImpl::forward(const at::Tensor& features) {
  // Not mean(): the gradient of avg_pool2d keeps the memory format.
  const at::Tensor pooled = at::avg_pool2d(features, {features.size(2), features.size(3)});
  return conv_->forward(pooled.flatten(1).unsqueeze(1))
      .sigmoid()
      .view({features.size(0), features.size(1), 1, 1});
}

// A handful of numbers: LibTorch's convolution would spend more time on getting ready.
at::Tensor EcaImpl::scale(const at::Tensor& means) const {
  const std::span<const float> taps(conv_->weight.const_data_ptr<float>(),
                                    static_cast<std::size_t>(conv_->weight.numel()));
  TORCH_CHECK(means.is_cpu() && means.is_contiguous() && means.dim() == 2, "weights of channels: pools of ",
              means.sizes());
  const std::int64_t channels = means.size(1), reach = std::ssize(taps) / 2;
  at::Tensor scale = at::empty_like(means);
  for (std::int64_t image = 0; image < means.size(0); ++image) {
    const float* pool = means.const_data_ptr<float>() + image * channels;
    float* to = scale.data_ptr<float>() + image * channels;
    for (std::int64_t c = 0; c < channels; ++c) {
      float sum = 0;
      for (std::int64_t k = std::max(-reach, -c); k <= std::min(reach, channels - 1 - c); ++k)
        sum += taps[static_cast<std::size_t>(k + reach)] * pool[c + k];
      to[c] = 1 / (1 + std::exp(-sum));
    }
  }
  return scale;
}

}  // namespace tn
