// BatchNorm over the images of all processes (Ioffe and Szegedy, ICML 2015), as one process with all of them
// has it.
#pragma once

#include <ATen/core/Tensor.h>

#include "libcore/net/tensor_sums.hpp"

namespace tn {

// Training mode: [N,C,H,W] float32 or bfloat16 -> the same, normalised by mean and variance of all processes'
// pixels; differentiable in features, weight and bias ([C] float32). The gradients of weight and bias are
// this process's share. Moves running_mean and running_var ([C] float32, the variance unbiased) by
// `momentum`. Throws Error(try_again) for a lost process.
at::Tensor sync_batch_norm(const at::Tensor& features, const at::Tensor& weight, const at::Tensor& bias,
                           at::Tensor& running_mean, at::Tensor& running_var, double momentum, double eps,
                           TensorSums& sums);

}  // namespace tn
