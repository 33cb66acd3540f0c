#include "libcore/net/ema.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty_like.h>

#include <algorithm>

namespace tn {

Ema::Ema(const std::vector<NamedTensor>& source, double decay) : decay_(decay) {
  const at::NoGradGuard no_grad;
  for (const NamedTensor& tensor : source)
    averages_.push_back({"ema." + tensor.name, tensor.value.detach().clone()});
}

void Ema::update(const std::vector<NamedTensor>& source, std::int64_t step) {
  const at::NoGradGuard no_grad;
  const double t = static_cast<double>(step);
  const double keep = std::min(decay_, (1 + t) / (10 + t));
  for (std::size_t i = 0; i < averages_.size(); ++i) {
    at::Tensor& average = averages_[i].value;
    if (at::isFloatingType(average.scalar_type()))
      average.lerp_(source[i].value.detach(), 1 - keep);
    else
      average.copy_(source[i].value);
  }
}

std::vector<NamedTensor> Ema::state() const {
  return averages_;
}

void Ema::swap(const std::vector<NamedTensor>& source) {
  const at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < averages_.size(); ++i) {
    const at::Tensor kept = source[i].value.detach().clone();
    source[i].value.detach().copy_(averages_[i].value);
    averages_[i].value.copy_(kept);
  }
}

}  // namespace tn
