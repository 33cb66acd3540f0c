// Work on a GPU as a CUDA graph.
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include "libcore/net/cuda_parts.hpp"

namespace tn {
namespace {

// cuDNN chooses its kernels and LibTorch takes its memory before anything is recorded.
constexpr int kWarmUps = 3;

class CudaGraph : public DeviceGraph {
 public:
  explicit CudaGraph(int device) : device_(static_cast<c10::DeviceIndex>(device)) {}

  CollectiveFailure capture(const std::function<void()>& work) noexcept override {
    return guarded([&] {
      const c10::cuda::CUDAGuard here(device_);
      const c10::cuda::CUDAStream current = c10::cuda::getCurrentCUDAStream(device_);
      current.synchronize();  // what the work reads is there
      {
        // Nothing can be recorded on the default stream.
        const c10::cuda::CUDAStream own = c10::cuda::getStreamFromPool(/*isHighPriority=*/false, device_);
        const c10::cuda::CUDAStreamGuard on(own);
        for (int i = 0; i < kWarmUps; ++i) work();
        own.synchronize();
        // Other threads may go on with the device: only what this one does counts.
        graph_.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
        try {
          work();
        } catch (...) {
          end_quietly();
          throw;
        }
        graph_.capture_end();
      }
    });
  }

  CollectiveFailure replay() noexcept override {
    return guarded([&] {
      const c10::cuda::CUDAGuard here(device_);
      graph_.replay();
    });
  }

 private:
  // The work's own error says why; the recording is void.
  void end_quietly() noexcept {
    try {
      graph_.capture_end();
      graph_.reset();
    } catch (const std::exception&) {
      return;
    }
  }

  c10::DeviceIndex device_;
  at::cuda::CUDAGraph graph_;
};

}  // namespace

std::unique_ptr<DeviceGraph> new_cuda_graph(int device) {
  return std::make_unique<CudaGraph>(device);
}

}  // namespace tn
