// Gradients of several processes, added up while the backward pass still runs.
#pragma once

#include <torch/csrc/autograd/function.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "libcore/net/tensor_sums.hpp"
#include "libcore/net/weights.hpp"

namespace tn {

// Parameters in buckets of about `bytes`, in the order in which their gradients come: last layers first. A
// bucket whose gradients are all there goes on its way at once, behind those before it.
class GradientBuckets {
 public:
  // Parameters and sums must outlive it. float32 alone, on one device.
  GradientBuckets(NamedTensors parameters, TensorSums& sums, std::int64_t bytes = std::int64_t{8} << 20);
  ~GradientBuckets();
  GradientBuckets(const GradientBuckets&) = delete;
  GradientBuckets& operator=(const GradientBuckets&) = delete;

  // Before the backward pass whose end completes the gradients: the last of the micro-batches.
  void arm();
  // After it. Every gradient is the sum over all processes then; a parameter that got none in this process
  // still has none. Throws Error(try_again) for a lost process.
  void finish();

 private:
  struct Bucket;
  void arrived(std::size_t parameter);
  void send_what_is_complete();

  NamedTensors parameters_;
  TensorSums& sums_;
  std::vector<Bucket> buckets_;
  std::vector<std::size_t> bucket_of_;  // of each parameter
  std::vector<std::pair<c10::intrusive_ptr<torch::autograd::Node>, std::uintptr_t>> hooks_;
  std::size_t next_ = 0;  // bucket to be sent
  bool armed_ = false;
};

}  // namespace tn
