// Feature maps of several sizes brought to one and summed.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace tn {

// sum += every level resized to its height and width (bilinear, corners aligned), in one pass over the sum,
// which is rounded once. All on the processor, channels-last, float32 or bfloat16, of one type, number of
// images and number of channels, a multiple of 16; no level shares memory with the sum. Not differentiable.
// Throws c10::Error for others.
void add_resized(at::Tensor& sum, const std::vector<at::Tensor>& levels);

}  // namespace tn
