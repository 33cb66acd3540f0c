// softmax(query key^T) value over many tokens, block by block: no tensor of tokens x tokens, forward or
// backward.
#pragma once

#include <ATen/core/Tensor.h>

namespace tn {

// Whether tiled_attention() takes these tensors on this machine: on the CPU, all float32 or all bfloat16, in
// a type for which LibTorch has block products here (AVX-512).
bool can_tile(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value);

// query [N,L,D], key [N,M,D], value [N,M,C] -> [N,L,C], of the same type; the last dimension must be
// contiguous. Unscaled. Differentiable once (a second time is refused). Energies, sums and gradients in
// float32; in bfloat16 probabilities are rounded before they are multiplied. Memory beside the tensors: a few
// copies of them, a megabyte a thread, and backward a float32 copy of the query a thread. Online softmax
// after Milakov and Gimelshein (2018), backward by recomputation after Dao et al., "FlashAttention" (2022).
// The same threads give the same bits.
at::Tensor tiled_attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value);

}  // namespace tn
