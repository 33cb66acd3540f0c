// LibTorch's process-wide switches, in one place.
#pragma once

#include <c10/core/DeviceType.h>

#include <cstdint>
#include <exception>
#include <string>

#include "libcore/net/options.hpp"

namespace tn {

// Memory (huge_pages.hpp) and threads for LibTorch and OpenCV: `jobs` inside an operator (0: every core,
// never more), one between operators, OpenCV one. Returns the number in force.
int set_threads(std::int64_t jobs);

// Whether an exception says that memory ended: std::bad_alloc, or the words of LibTorch, oneDNN, OpenCV,
// cuBLAS or cuDNN.
bool is_out_of_memory(const std::exception& error);

// Throws Error(usage) "device NAME: reason" where LibTorch cannot compute there.
void expect_device(const std::string& device);

// On a GPU: convolutions and products of float32 tensors in TF32 or exactly; convolutions by the kernels that
// are fastest at the first use of a shape, or deterministic: always by the same.
void set_gpu_arithmetic(bool tf32, bool deterministic);

// bfloat16 autocast on that kind of device while in scope, as it was before afterwards. Softmaxes and losses
// stay in float32.
class Autocast {
 public:
  explicit Autocast(bool enabled, at::DeviceType device = at::kCPU);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  at::DeviceType device_;
  bool before_;
};

}  // namespace tn
