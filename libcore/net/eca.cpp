#include "libcore/net/eca.hpp"

#include <ATen/ops/avg_pool2d.h>

#include <algorithm>
#include <cmath>

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
  return filtered(pooled.flatten(1)).view({features.size(0), features.size(1), 1, 1});
}

at::Tensor EcaImpl::scale(const at::Tensor& means) {
  return filtered(means).squeeze(1);
}

at::Tensor EcaImpl::filtered(const at::Tensor& means) {
  return conv_->forward(means.unsqueeze(1)).sigmoid();
}

}  // namespace tn
