// The operators that a piece of work calls from outside any other operator.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace tn {

struct ObservedCall {
  std::string_view name;  // "aten::conv2d"
  std::vector<c10::IValue> in, out;

  at::Tensor tensor(std::size_t i) const { return in.at(i).toTensor(); }
  at::Tensor result(std::size_t i = 0) const { return out.at(i).toTensor(); }
  std::vector<std::int64_t> ints(std::size_t i) const { return in.at(i).toIntVector(); }
  std::int64_t number(std::size_t i) const { return in.at(i).toInt(); }
};

// Does the work in this thread and tells of each call when it has ended. What `told` throws is thrown at the
// end of the work; it is told of nothing more by then. Once at a time.
void observe_calls(const std::function<void()>& work, const std::function<void(const ObservedCall&)>& told);

}  // namespace tn
