// How alike an image's channels are.
#pragma once

#include <ATen/core/Tensor.h>

namespace tn {

// Whether gram() takes these tokens: bfloat16 on a processor with block products, [N,pixels,C] contiguous, C
// a multiple of 16, and no gradient is asked for.
bool can_gram(const at::Tensor& tokens);

// X^T X of each image: [N,pixels,C] -> [N,C,C] float32. Products of bfloat16 are exact, sums float32, in an
// order that depends on nothing but the number of pixels.
at::Tensor gram(const at::Tensor& tokens);

}  // namespace tn
