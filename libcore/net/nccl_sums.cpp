// Sums over processes by NCCL, each with a GPU of its own.
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>
#include <fmt/format.h>
#include <nccl.h>

#include <chrono>
#include <cstring>
#include <functional>
#include <optional>
#include <thread>
#include <utility>

#include "libcore/net/cuda_parts.hpp"
#include "libcore/net/watchdog.hpp"

namespace tn {
namespace {

using Clock = std::chrono::steady_clock;

// Sums that may be started before one is waited for: a lost process is noticed before the device's queue is
// full, where every call of CUDA would hang.
constexpr std::int64_t kUnwatched = 32;

// What the watchdog leaves to the waits that can be broken off.
constexpr std::chrono::duration<double> kGrace(30);

static_assert(sizeof(ncclUniqueId) == sizeof(NcclId));

void expect_ok(cudaError_t code) {
  if (code != cudaSuccess) throw Error(Exit::internal, "CUDA: {}", cudaGetErrorString(code));
}

void expect_ok(ncclResult_t code) {
  if (code == ncclInvalidUsage || code == ncclInvalidArgument)
    throw Error(Exit::usage, "NCCL: {} (has each process a GPU of its own?)", ncclGetErrorString(code));
  if (code != ncclSuccess && code != ncclInProgress)
    throw Error(Exit::try_again, "NCCL: {}", ncclGetErrorString(code));
}

// A point in a stream's work.
class Event {
 public:
  Event() { expect_ok(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming)); }
  ~Event() { cudaEventDestroy(event_); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  void record(cudaStream_t stream) { expect_ok(cudaEventRecord(event_, stream)); }
  void hold_up(cudaStream_t stream) const { expect_ok(cudaStreamWaitEvent(stream, event_, 0)); }
  bool has_come() const {
    const cudaError_t code = cudaEventQuery(event_);
    if (code == cudaErrorNotReady) {
      static_cast<void>(cudaGetLastError());  // else LibTorch's next launch reports it
      return false;
    }
    expect_ok(code);
    return true;
  }

 private:
  cudaEvent_t event_ = nullptr;
};

class NcclSums : public DeviceSums {
 public:
  NcclSums(const NcclId& id, int rank, int size, int device, double timeout_s, Stranded stranded)
      : device_(static_cast<c10::DeviceIndex>(device)),
        timeout_(timeout_s),
        stream_(c10::cuda::getStreamFromPool(/*isHighPriority=*/true, device_)) {
    const c10::cuda::CUDAGuard here(device_);
    ready_.emplace();
    summed_.emplace();
    reached_.emplace();
    ncclUniqueId unique;
    std::memcpy(&unique, id.data(), id.size());
    ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
    config.blocking = 0;  // a process that never comes is noticed
    expect_ok(ncclCommInitRankConfig(&communicator_, size, unique, rank, &config));
    until([this] { return settled(); });
    watchdog_.emplace(timeout_ + kGrace, [this, stranded = std::move(stranded)] { stranded(no_answer()); });
  }
  ~NcclSums() override {
    if (communicator_ == nullptr) return;
    // To leave in good order waits for the others: not after a failure, and not while an exception passes.
    if (failure_.code == Exit::ok && std::uncaught_exceptions() == 0 && finalized())
      ncclCommDestroy(communicator_);
    else
      ncclCommAbort(communicator_);
  }
  NcclSums(const NcclSums&) = delete;
  NcclSums& operator=(const NcclSums&) = delete;

  CollectiveFailure start(float* values, std::size_t count) noexcept override {
    return start(values, count, ncclFloat);
  }
  CollectiveFailure start(double* values, std::size_t count) noexcept override {
    return start(values, count, ncclDouble);
  }
  CollectiveFailure join() noexcept override {
    return kept([&] {
      watchdog_->alive();
      summed_->record(stream_.stream());
      summed_->hold_up(c10::cuda::getCurrentCUDAStream(device_).stream());
    });
  }
  CollectiveFailure wait() noexcept override {
    return kept([&] {
      watchdog_->alive();
      summed_->record(c10::cuda::getCurrentCUDAStream(device_).stream());
      until([this] { return settled() && summed_->has_come(); });
      watchdog_->done();
    });
  }

 private:
  CollectiveFailure start(void* values, std::size_t count, ncclDataType_t type) noexcept {
    return kept([&] {
      watchdog_->alive();
      ready_->record(c10::cuda::getCurrentCUDAStream(device_).stream());
      ready_->hold_up(stream_.stream());
      expect_ok(ncclAllReduce(values, values, count, type, ncclSum, communicator_, stream_.stream()));
      until([this] { return settled(); });
      if (++started_ % kUnwatched != 0) return;
      reached_->record(stream_.stream());
      until([this] { return settled() && reached_->has_come(); });
    });
  }

  std::string no_answer() const {
    return fmt::format("another process did not answer within {} s", timeout_.count());
  }

  bool finalized() noexcept {
    return guarded([&] {
             expect_ok(ncclCommFinalize(communicator_));
             until([this] { return settled(); });
           }).code == Exit::ok;
  }

  // The first failure stays.
  template <typename Work>
  CollectiveFailure kept(const Work& work) noexcept {
    if (failure_.code != Exit::ok) return failure_;
    failure_ = guarded([&] {
      const c10::cuda::CUDAGuard here(device_);
      work();
    });
    return failure_;
  }

  // Whether NCCL has done what it was told to start. Throws what failed.
  bool settled() const {
    ncclResult_t state = ncclSuccess;
    expect_ok(ncclCommGetAsyncError(communicator_, &state));
    expect_ok(state);
    return state != ncclInProgress;
  }

  template <typename Done>
  void until(const Done& done) const {
    const auto started = Clock::now();
    while (!done()) {
      if (Clock::now() - started > timeout_) throw Error::of(Exit::try_again, no_answer());
      if (Clock::now() - started < std::chrono::microseconds(200))
        std::this_thread::yield();
      else
        std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
  }

  c10::DeviceIndex device_;
  std::chrono::duration<double> timeout_;
  c10::cuda::CUDAStream stream_;
  std::optional<Event> ready_, summed_, reached_;  // made on the device
  std::int64_t started_ = 0;
  ncclComm_t communicator_ = nullptr;
  CollectiveFailure failure_;
  // From a sum's start to the wait for it calls of CUDA may hang for a lost process: for memory, for a copy.
  // Last: it uses what stands above.
  std::optional<Watchdog> watchdog_;
};

}  // namespace

NcclId new_nccl_id() {
  ncclUniqueId unique;
  expect_ok(ncclGetUniqueId(&unique));
  NcclId id;
  std::memcpy(id.data(), &unique, id.size());
  return id;
}

std::unique_ptr<DeviceSums> join_nccl(const NcclId& id, int rank, int size, int device, double timeout_s,
                                      const Stranded& stranded) {
  return std::make_unique<NcclSums>(id, rank, size, device, timeout_s, stranded);
}

}  // namespace tn
