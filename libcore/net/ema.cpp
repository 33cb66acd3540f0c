#include "libcore/net/ema.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_lerp.h>

#include <algorithm>
#include <vector>

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
  std::vector<at::Tensor> averages, values;
  for (std::size_t i = 0; i < averages_.size(); ++i) {
    if (at::isFloatingType(averages_[i].second.scalar_type())) {
      averages.push_back(averages_[i].second);
      values.push_back(source[i].second.detach());
    } else {
      averages_[i].second.copy_(source[i].second);
    }
  }
  if (!averages.empty()) at::_foreach_lerp_(averages, values, 1 - keep);
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
