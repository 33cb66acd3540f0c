#include "libcore/net/ema.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty_like.h>

#include <algorithm>

namespace tn {

Ema::Ema(const NamedTensors& source, double decay) : decay_(decay) {
  const at::NoGradGuard no_grad;
  for (const auto& tensor : source)
    averages_.push_back({"ema." + tensor.first, tensor.second.detach().clone()});
}

void Ema::update(const NamedTensors& source, std::int64_t step) {
  const at::NoGradGuard no_grad;
  const double t = static_cast<double>(step);
  const double keep = std::min(decay_, (1 + t) / (10 + t));
  for (std::size_t i = 0; i < averages_.size(); ++i) {
    at::Tensor& average = averages_[i].second;
    if (at::isFloatingType(average.scalar_type()))
      average.lerp_(source[i].second.detach(), 1 - keep);
    else
      average.copy_(source[i].second);
  }
}

NamedTensors Ema::state() const {
  return averages_;
}

void Ema::swap(const NamedTensors& source) {
  const at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < averages_.size(); ++i) {
    const at::Tensor kept = source[i].second.detach().clone();
    source[i].second.detach().copy_(averages_[i].second);
    averages_[i].second.copy_(kept);
  }
}

}  // namespace tn
