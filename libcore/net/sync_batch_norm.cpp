#include "libcore/net/sync_batch_norm.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/var_mean.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <array>
#include <optional>

namespace tn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::array<std::int64_t, 3> kPixels{0, 2, 3};  // all dimensions but the channels

void add_up_tensor(Collectives& processes, const at::Tensor& values) {
  add_up(&processes, std::span(values.data_ptr<double>(), static_cast<std::size_t>(values.numel())));
}

// [C] -> [1,C,1,1]
at::Tensor by_channel(const at::Tensor& values) {
  return values.view({1, -1, 1, 1});
}

struct Moments {
  at::Tensor mean, variance;  // [C] float32; biased
  double pixels = 0;          // of one channel, over all processes
};

// In double: mean and squares of all processes from those of each.
Moments moments(const at::Tensor& features, Collectives& processes) {
  const std::int64_t channels = features.size(1);
  const double here = static_cast<double>(features.numel() / channels);
  const auto [variance, mean] = at::var_mean(features.to(at::kFloat), kPixels, std::optional<at::Scalar>(0));
  const at::Tensor m = mean.to(at::kDouble);
  const at::Tensor squares = (variance.to(at::kDouble) + m * m) * here;
  const at::Tensor all = at::cat({m * here, squares, at::full({1}, here, at::kDouble)}).contiguous();
  add_up_tensor(processes, all);
  const double pixels = all[2 * channels].item<double>();
  const at::Tensor joint = all.narrow(0, 0, channels) / pixels;
  const at::Tensor spread = (all.narrow(0, channels, channels) / pixels - joint * joint).clamp_min(0);
  return {joint.to(at::kFloat), spread.to(at::kFloat), pixels};
}

struct SyncNorm : torch::autograd::Function<SyncNorm> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& features, const at::Tensor& weight,
                            const at::Tensor& bias, const at::Tensor& running_mean,
                            const at::Tensor& running_var, double momentum, double eps,
                            std::int64_t processes_address) {
    auto& processes = *reinterpret_cast<Collectives*>(processes_address);
    const Moments m = moments(features, processes);
    running_mean.mul_(1 - momentum).add_(m.mean, momentum);
    running_var.mul_(1 - momentum).add_(m.variance, momentum * m.pixels / std::max(1.0, m.pixels - 1));
    const at::Tensor deviation = (m.variance + eps).rsqrt();
    context->save_for_backward({features, weight, m.mean, deviation});
    context->saved_data["pixels"] = m.pixels;
    context->saved_data["processes"] = processes_address;
    return at::batch_norm(features, weight, bias, m.mean, m.variance, /*training=*/false, 0, eps,
                          /*cudnn_enabled=*/false);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor features = saved[0].to(at::kFloat);
    const at::Tensor &weight = saved[1], &mean = saved[2], &deviation = saved[3];
    const at::Tensor gradient = gradients[0].to(at::kFloat);
    const at::Tensor bias_gradient = gradient.sum(kPixels);
    const at::Tensor weight_gradient =
        ((gradient * features).sum(kPixels) - bias_gradient * mean) * deviation;
    const at::Tensor sums = at::cat({bias_gradient, weight_gradient}).to(at::kDouble).contiguous();
    add_up_tensor(*reinterpret_cast<Collectives*>(context->saved_data["processes"].toInt()), sums);
    const std::int64_t channels = mean.size(0);
    const at::Tensor shares = (sums / context->saved_data["pixels"].toDouble()).to(at::kFloat);
    // weight * deviation * (gradient - mean of gradients - normalised feature * mean of (gradient *
    // normalised))
    const at::Tensor factor = weight * deviation;
    const at::Tensor slope = factor * deviation * shares.narrow(0, channels, channels);
    const at::Tensor shift = slope * mean - factor * shares.narrow(0, 0, channels);
    at::Tensor result = gradient * by_channel(factor);
    result.sub_(features * by_channel(slope)).add_(by_channel(shift));
    return {result.to(saved[0].scalar_type()), weight_gradient, bias_gradient, {}, {}, {}, {}, {}};
  }
};

}  // namespace

at::Tensor sync_batch_norm(const at::Tensor& features, const at::Tensor& weight, const at::Tensor& bias,
                           at::Tensor& running_mean, at::Tensor& running_var, double momentum, double eps,
                           Collectives& processes) {
  return SyncNorm::apply(features, weight, bias, running_mean, running_var, momentum, eps,
                         static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(&processes)));
}

}  // namespace tn
