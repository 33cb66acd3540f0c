// Batch normalisation as the networks use it: over this process's images, or over those of all processes.
#pragma once

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/pimpl.h>

#include <cstdint>

#include "libcore/net/tensor_sums.hpp"

namespace tn {

// eps 1e-5, momentum 0.1.
class BatchNormImpl : public torch::nn::BatchNorm2dImpl {
 public:
  explicit BatchNormImpl(std::int64_t channels);
  at::Tensor forward(const at::Tensor& features);  // [N,C,H,W]

  // From now on training mode takes its statistics from all processes, by sums that must outlive this;
  // nullptr: from this one.
  void synchronise(TensorSums* sums) { sums_ = sums; }

 private:
  TensorSums* sums_ = nullptr;
};
TORCH_MODULE(BatchNorm);

// Every batch norm of the network.
void synchronise_batch_norms(torch::nn::Module& network, TensorSums* sums);

}  // namespace tn
