// Tensors and their elements as vector loops take them.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <type_traits>

namespace tn {

// float, or the bits of a bfloat16: the loops' files do not know LibTorch's types.
template <typename T>
using LoopElement = std::conditional_t<std::is_same_v<T, float>, float, std::uint16_t>;

template <typename T>
const LoopElement<T>* elements(const at::Tensor& tensor) {
  return reinterpret_cast<const LoopElement<T>*>(tensor.const_data_ptr<T>());
}
template <typename T>
LoopElement<T>* mutable_elements(const at::Tensor& tensor) {
  return reinterpret_cast<LoopElement<T>*>(tensor.data_ptr<T>());
}

// Features in that type and channels-last, themselves where they are already.
inline at::Tensor laid_out(const at::Tensor& features, at::ScalarType type) {
  return features.to(type).contiguous(at::MemoryFormat::ChannelsLast);
}

}  // namespace tn
