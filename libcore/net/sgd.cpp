#include "libcore/net/sgd.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/zeros_like.h>

#include <utility>

namespace tn {

Sgd::Sgd(NamedTensors parameters, const TrainOptions& options)
    : parameters_(std::move(parameters)),
      decay_(options.weight_decay),
      momentum_(options.momentum),
      nesterov_(options.nesterov) {
  if (momentum_ == 0) return;
  for (const auto& parameter : parameters_) buffers_.push_back(at::zeros_like(parameter.second));
}

void Sgd::step(double learning_rate) {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> parameters, gradients, buffers;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const at::Tensor& parameter = parameters_[i].second;
    if (!parameter.grad().defined()) continue;
    parameters.push_back(parameter);
    gradients.push_back(laid_out_as(parameter.grad(), parameter));
    if (momentum_ > 0) buffers.push_back(buffers_[i]);
  }
  if (parameters.empty()) return;
  // Buffers start at zero, so that the first step is like any other.
  at::_fused_sgd_(parameters, gradients, buffers, decay_, momentum_, learning_rate, /*dampening=*/0.0,
                  nesterov_, /*maximize=*/false, /*is_first_step=*/false, std::nullopt, std::nullopt);
}

NamedTensors Sgd::state() const {
  NamedTensors all;
  for (std::size_t i = 0; i < buffers_.size(); ++i)
    all.push_back({"sgd.b." + parameters_[i].first, buffers_[i]});
  return all;
}

}  // namespace tn
