// Sums of tensors over the processes of a training, wherever the tensors lie.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>
#include <memory>
#include <string>

#include "libcore/net/collectives.hpp"

namespace tn {

// Every process starts the same sums in the same order. One thread at a time.
class TensorSums {
 public:
  virtual ~TensorSums() = default;
  // Starts to replace each value of a contiguous float32 or float64 tensor by its sum over all processes, and
  // returns at once. The tensor belongs to the sum until join() has returned.
  virtual std::uint64_t start(const at::Tensor& values) = 0;
  // For what start() returned, once each: from here on the current stream of the device goes on with the
  // sums. Throws Error(try_again) for a lost process.
  virtual void join(std::uint64_t sum) = 0;
  virtual const char* way() const = 0;  // what the sums go through, in words
  // Until all that was joined is there. Throws Error(try_again) for a lost process.
  virtual void wait() = 0;
};

// By the processes' own sums: tensors of the processor as they lie, those of a device through the processor's
// memory, which waits for the device. Borrows.
std::unique_ptr<TensorSums> sums_by_host(Collectives& processes);

// By NCCL from GPU to GPU; each process has one of its own. Throws Error(usage) where this build has no CUDA
// component.
std::unique_ptr<TensorSums> sums_by_nccl(Collectives& processes, at::Device device, const Stranded& stranded);

// By NCCL where every process has a GPU of its own and the CUDA component, else by the host: the same for
// all.
std::unique_ptr<TensorSums> make_tensor_sums(Collectives& processes, at::Device device,
                                             const Stranded& stranded);

}  // namespace tn
