#include "libcore/net/batch_norm.hpp"

#include "libcore/net/sync_batch_norm.hpp"

namespace tn {

BatchNormImpl::BatchNormImpl(std::int64_t channels)
    : BatchNorm2dImpl(torch::nn::BatchNorm2dOptions(channels).eps(1e-5).momentum(0.1)) {}

at::Tensor BatchNormImpl::forward(const at::Tensor& features) {
  if (sums_ == nullptr || !is_training()) return BatchNorm2dImpl::forward(features);
  num_batches_tracked.add_(1);
  return sync_batch_norm(features, weight, bias, running_mean, running_var, *options.momentum(),
                         options.eps(), *sums_);
}

void synchronise_batch_norms(torch::nn::Module& network, TensorSums* sums) {
  for (const auto& part : network.modules(/*include_self=*/false))
    if (auto* norm = part->as<BatchNormImpl>()) norm->synchronise(sums);
}

}  // namespace tn
