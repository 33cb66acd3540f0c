// The parts of libtn_cuda.so.
#pragma once

#include <c10/util/Exception.h>

#include <exception>
#include <memory>
#include <string>

#include "libcore/net/cuda_border.hpp"

namespace tn {

std::unique_ptr<DeviceGraph> new_cuda_graph(int device);
NcclId new_nccl_id();
std::unique_ptr<DeviceSums> join_nccl(const NcclId& id, int rank, int size, int device, double timeout_s,
                                      const Stranded& stranded);

// Calls `work`; what it throws becomes a failure. Memory that ends is worth another try.
template <typename Work>
CollectiveFailure guarded(const Work& work) noexcept {
  try {
    work();
    return {};
  } catch (const Error& error) {
    return {error.exit_code(), error.what()};
  } catch (const c10::OutOfMemoryError&) {
    return {Exit::try_again, "out of memory on the device"};
  } catch (const c10::Error& error) {
    const std::string text = error.what_without_backtrace();
    return {Exit::internal, "internal error: " + text.substr(0, text.find('\n'))};
  } catch (const std::exception& error) {
    return {Exit::internal, std::string("internal error: ") + error.what()};
  }
}

}  // namespace tn
