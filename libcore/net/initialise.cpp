#include "libcore/net/initialise.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/empty.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/utils.h>

#include <cmath>

namespace tn {

namespace {

// Draws on the CPU in the order of the dimensions, whatever the tensor's device and memory format.
void fill_normal(const at::Tensor& tensor, double mean, double deviation, const at::Generator& generator) {
  tensor.copy_(at::empty(tensor.sizes(), at::kFloat).normal_(mean, deviation, generator));
}

// Glorot and Bengio 2010: variance 2 / (fan in + fan out). `weight` is [out,in,...].
void xavier_normal(const at::Tensor& weight, const at::Generator& generator) {
  const std::int64_t taps = weight.numel() / (weight.size(0) * weight.size(1));
  const auto fans = static_cast<double>((weight.size(0) + weight.size(1)) * taps);
  fill_normal(weight, 0, std::sqrt(2 / fans), generator);
}

}  // namespace

at::Generator make_generator(std::uint64_t seed) {
  return at::make_generator<at::CPUGeneratorImpl>(seed);
}

void initialise(torch::nn::Module& module, at::Generator generator) {
  const torch::NoGradGuard no_gradients;
  for (const at::Tensor& parameter : module.parameters()) {
    if (parameter.dim() > 1)
      xavier_normal(parameter, generator);
    else
      parameter.zero_();
  }
  for (const auto& part : module.modules()) {
    auto* norm = part->as<torch::nn::BatchNorm2dImpl>();
    if (norm == nullptr) continue;
    fill_normal(norm->weight, 1, 0.02, generator);
    norm->reset_running_stats();
  }
}

}  // namespace tn
