// libtn_cuda.so's one entry: every exception becomes a failure here.
#include <c10/cuda/CUDACachingAllocator.h>

#include "libcore/net/cuda_parts.hpp"

namespace tn {
namespace {

class CudaModule : public CudaBorder {
 public:
  int version() const noexcept override { return kCudaBorder; }
  CollectiveFailure new_graph(int device, std::unique_ptr<DeviceGraph>& graph) const noexcept override {
    return guarded([&] { graph = new_cuda_graph(device); });
  }
  CollectiveFailure peak_bytes(int device, std::int64_t& bytes) const noexcept override {
    return guarded([&] {
      const auto stats =
          c10::cuda::CUDACachingAllocator::getDeviceStats(static_cast<c10::DeviceIndex>(device));
      constexpr auto kAll = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);
      bytes = stats.allocated_bytes[kAll].peak;
    });
  }
  CollectiveFailure new_id(NcclId& id) const noexcept override {
    return guarded([&] { id = new_nccl_id(); });
  }
  CollectiveFailure join(const NcclId& id, int rank, int size, int device, double timeout_s,
                         const Stranded& stranded,
                         std::unique_ptr<DeviceSums>& sums) const noexcept override {
    return guarded([&] { sums = join_nccl(id, rank, size, device, timeout_s, stranded); });
  }
};

}  // namespace
}  // namespace tn

extern "C" __attribute__((visibility("default"))) const tn::CudaBorder* tn_cuda_border() noexcept {
  static const tn::CudaModule module;
  return &module;
}
