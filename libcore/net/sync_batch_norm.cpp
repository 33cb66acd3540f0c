#include "libcore/net/sync_batch_norm.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/var_mean.h>
#include <torch/csrc/autograd/custom_function.h>

#include <array>
#include <optional>

namespace tn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::array<std::int64_t, 3> kPixels{0, 2, 3};  // all dimensions but the channels

// [C] -> [1,C,1,1]
at::Tensor by_channel(const at::Tensor& values) {
  return values.view({1, -1, 1, 1});
}

struct Moments {
  at::Tensor mean, variance;  // [C] float32; biased
  at::Tensor pixels;          // [1] double: of one channel, over all processes
};

// In double: mean and squares of all processes from those of each. Nothing waits for the device.
Moments moments(const at::Tensor& features, TensorSums& sums) {
  const std::int64_t channels = features.size(1);
  const double here = static_cast<double>(features.numel() / channels);
  const auto [variance, mean] = at::var_mean(features.to(at::kFloat), kPixels, std::optional<at::Scalar>(0));
  const at::Tensor m = mean.to(at::kDouble);
  const at::Tensor squares = (variance.to(at::kDouble) + m * m) * here;
  const at::Tensor all = at::cat({m * here, squares, at::full({1}, here, m.options())}).contiguous();
  sums.join(sums.start(all));
  const at::Tensor pixels = all.narrow(0, 2 * channels, 1);
  const at::Tensor joint = all.narrow(0, 0, channels) / pixels;
  const at::Tensor spread = (all.narrow(0, channels, channels) / pixels - joint * joint).clamp_min(0);
  return {joint.to(at::kFloat), spread.to(at::kFloat), pixels};
}

struct SyncNorm : torch::autograd::Function<SyncNorm> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& features, const at::Tensor& weight,
                            const at::Tensor& bias, const at::Tensor& running_mean,
                            const at::Tensor& running_var, double momentum, double eps,
                            std::int64_t sums_address) {
    const Moments m = moments(features, *reinterpret_cast<TensorSums*>(sums_address));
    running_mean.mul_(1 - momentum).add_(m.mean, momentum);
    const at::Tensor unbiased = m.variance * (m.pixels / (m.pixels - 1).clamp_min(1)).to(at::kFloat);
    running_var.mul_(1 - momentum).add_(unbiased, momentum);
    const at::Tensor deviation = (m.variance + eps).rsqrt();
    context->save_for_backward({features, weight, m.mean, deviation, m.pixels});
    context->saved_data["sums"] = sums_address;
    return at::batch_norm(features, weight, bias, m.mean, m.variance, /*training=*/false, 0, eps,
                          /*cudnn_enabled=*/false);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor features = saved[0].to(at::kFloat);
    const at::Tensor &weight = saved[1], &mean = saved[2], &deviation = saved[3], &pixels = saved[4];
    const at::Tensor gradient = gradients[0].to(at::kFloat);
    const at::Tensor bias_gradient = gradient.sum(kPixels);
    const at::Tensor weight_gradient =
        ((gradient * features).sum(kPixels) - bias_gradient * mean) * deviation;
    const at::Tensor sums = at::cat({bias_gradient, weight_gradient}).to(at::kDouble).contiguous();
    auto& all = *reinterpret_cast<TensorSums*>(context->saved_data["sums"].toInt());
    all.join(all.start(sums));
    const std::int64_t channels = mean.size(0);
    const at::Tensor shares = (sums / pixels).to(at::kFloat);
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
                           TensorSums& sums) {
  return SyncNorm::apply(features, weight, bias, running_mean, running_var, momentum, eps,
                         static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(&sums)));
}

}  // namespace tn
