// Tensors for tests: values by formula, differences, and the largest block that was allocated.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/CPUAllocator.h>
#include <torch/nn/module.h>

#include <cstdint>

namespace tn::test {

// Values in [-1/2, 1/2) that any language can make: h(i) = (i + 977 number + 1) * 2654435761 mod 2^32, its
// upper 24 bits over 2^24, less a half. tests/fixtures/net/reference.py has the same.
at::Tensor formula(std::int64_t number, at::IntArrayRef shape);

// Tensors numbered by sorted name; convolutions scaled by 3 / sqrt(fan in) and those of query and key by 12
// besides, BatchNorm weights and variances about 1, gamma 0.5.
void fill_by_formula(torch::nn::Module& module);

double largest_difference(const at::Tensor& a, const at::Tensor& b);

at::Tensor channels_last(const at::Tensor& features);

// The parameter or buffer of that name.
at::Tensor named(const torch::nn::Module& module, const std::string& name);

// Records what LibTorch allocates on the CPU while in scope.
class AllocationRecord {
 public:
  AllocationRecord();
  ~AllocationRecord();
  AllocationRecord(const AllocationRecord&) = delete;
  AllocationRecord& operator=(const AllocationRecord&) = delete;

  std::size_t largest() const;  // bytes of the largest single block

 private:
  at::Allocator* before_;
};

}  // namespace tn::test
