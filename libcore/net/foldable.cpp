#include "libcore/net/foldable.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

namespace tn {

void release_parameters(torch::nn::Module& part) {
  for (at::Tensor& parameter : part.parameters()) parameter.set_data(at::empty({0}, parameter.options()));
}

void fold_for_inference(torch::nn::Module& network, at::ScalarType type) {
  const at::NoGradGuard no_grad;
  for (const auto& part : network.modules())
    if (auto* foldable = dynamic_cast<Foldable*>(part.get())) foldable->fold(type);
  if (type == at::kFloat) return;
  for (const auto& part : network.modules())
    if (part->as<torch::nn::Conv2dImpl>() != nullptr || part->as<torch::nn::LinearImpl>() != nullptr)
      for (at::Tensor& weight : part->parameters(/*recurse=*/false)) weight.set_data(weight.to(type));
}

}  // namespace tn
