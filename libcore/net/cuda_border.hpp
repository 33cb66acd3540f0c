// What libtn_cuda.so exports: what needs NVIDIA's headers. It is built where the CUDA toolkit is, and opened
// when a network on a GPU asks for it, after LibTorch's CUDA libraries.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "libcore/net/collectives.hpp"

namespace tn {

// Both sides are built from the same sources: kCudaBorder tells an old library from a new program.
constexpr int kCudaBorder = 2;

// Work on a device, recorded once and repeated with one call. What is recorded reads and writes the same
// memory each time. One thread at a time.
class DeviceGraph {
 public:
  virtual ~DeviceGraph() = default;
  // Calls `work` several times, the last time to record it; it must not wait for the device. Once a graph.
  virtual CollectiveFailure capture(const std::function<void()>& work) noexcept = 0;
  virtual CollectiveFailure replay() noexcept = 0;  // in the order of the current stream
};

// Sums over processes, each with a GPU of its own, by NCCL. One thread at a time.
class DeviceSums {
 public:
  virtual ~DeviceSums() = default;
  // Starts to replace values in the device's memory by their sums over all processes: after what the current
  // stream does by now, beside what it does next.
  virtual CollectiveFailure start(float* values, std::size_t count) noexcept = 0;
  virtual CollectiveFailure start(double* values, std::size_t count) noexcept = 0;
  // From here on the current stream goes on with the sums of all that was started.
  virtual CollectiveFailure join() noexcept = 0;
  // Waits until what was joined is there, and all else that the current stream does by now. try_again where
  // that takes longer than the timeout or a process is gone; from then on every call fails.
  virtual CollectiveFailure wait() noexcept = 0;
};

using NcclId = std::array<char, 128>;

class CudaBorder {
 public:
  virtual ~CudaBorder() = default;
  virtual int version() const noexcept = 0;
  virtual CollectiveFailure new_graph(int device, std::unique_ptr<DeviceGraph>& graph) const noexcept = 0;
  // The most that LibTorch's tensors took on the device at once since the process began.
  virtual CollectiveFailure peak_bytes(int device, std::int64_t& bytes) const noexcept = 0;
  virtual CollectiveFailure new_id(NcclId& id) const noexcept = 0;  // by process 0, for all
  virtual CollectiveFailure join(const NcclId& id, int rank, int size, int device, double timeout_s,
                                 const Stranded& stranded,
                                 std::unique_ptr<DeviceSums>& sums) const noexcept = 0;
};

// The opened library. `border` is nullptr where this installation has none or it cannot be opened; `failure`
// says why.
struct CudaComponent {
  const CudaBorder* border = nullptr;
  std::string failure;
};
const CudaComponent& try_cuda_component();

// The same where there is no way without it. Throws Error(usage) with the reason.
const CudaBorder& cuda_component();

}  // namespace tn

extern "C" const tn::CudaBorder* tn_cuda_border() noexcept;
