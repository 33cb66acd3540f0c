#include "libcore/net/adam.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

namespace tn {
Adam::Adam(NamedTensors parameters, const TrainOptions& options)
    : parameters_(std::move(parameters)),
      decoupled_(options.optimizer == Optimizer::adamw),
      beta1_(options.beta1),
      beta2_(options.beta2) {
  groups_ = {{options.weight_decay, {}}, {decoupled_ ? 0.0 : options.weight_decay, {}}};
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const at::Tensor& parameter = parameters_[i].second;
    first_.push_back(at::zeros_like(parameter));
    second_.push_back(at::zeros_like(parameter));
    steps_.push_back(at::zeros({}, parameter.options().dtype(at::kFloat)));
    groups_[parameter.dim() > 1 ? 0 : 1].members.push_back(i);
  }
}

void Adam::step(double learning_rate) {
  const at::NoGradGuard no_grad;
  for (const Group& group : groups_) step_group(group, learning_rate);
}

void Adam::step_group(const Group& group, double learning_rate) {
  std::vector<at::Tensor> parameters, gradients, first, second, steps;
  for (const std::size_t i : group.members) {
    const at::Tensor& parameter = parameters_[i].second;
    if (!parameter.grad().defined()) continue;
    parameters.push_back(parameter);
    gradients.push_back(laid_out_as(parameter.grad(), parameter));
    first.push_back(first_[i]);
    second.push_back(second_[i]);
    steps.push_back(steps_[i]);
  }
  if (parameters.empty()) return;
  at::_foreach_add_(steps, 1);
  constexpr double kEps = 1e-8;
  const auto fused = [&](auto&& call) {
    call(parameters, gradients, first, second, std::vector<at::Tensor>{}, steps, learning_rate, beta1_,
         beta2_, group.decay, kEps, /*amsgrad=*/false, /*maximize=*/false, std::nullopt, std::nullopt);
  };
  if (decoupled_)
    fused([](auto&&... a) { at::_fused_adamw_(a...); });
  else
    fused([](auto&&... a) { at::_fused_adam_(a...); });
}

NamedTensors Adam::state() const {
  NamedTensors all;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    all.push_back({"adam.m." + parameters_[i].first, first_[i]});
    all.push_back({"adam.v." + parameters_[i].first, second_[i]});
    all.push_back({"adam.step." + parameters_[i].first, steps_[i]});
  }
  return all;
}

}  // namespace tn
