#include "libcore/net/cuda_driver.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <array>

namespace tn {
namespace {

// CUDA's driver interface, as far as it is needed: it has been stable since CUDA 2.
constexpr int kSuccess = 0;
constexpr int kNoDevice = 100;               // CUDA_ERROR_NO_DEVICE
constexpr int kComputeCapabilityMajor = 75;  // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR

class Driver {
 public:
  Driver() : library_(::dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL)) {
    if (library_ == nullptr) missing_ = ::dlerror();
  }
  const std::string& missing() const { return missing_; }

  // The driver's answer; its own code for "not supported" where it lacks the function.
  template <typename... Arguments>
  int call(const char* name, Arguments... arguments) const {
    constexpr int kNotSupported = 801;
    void* found = ::dlsym(library_, name);
    return found == nullptr ? kNotSupported : reinterpret_cast<int (*)(Arguments...)>(found)(arguments...);
  }

  std::string words(int code) const {
    const char* text = nullptr;
    return call("cuGetErrorString", code, &text) == kSuccess && text != nullptr
               ? text
               : fmt::format("error {}", code);
  }

 private:
  void* library_;  // never closed
  std::string missing_;
};

CudaDevice describe(const Driver& driver, int index) {
  CudaDevice device;
  int handle = 0;
  std::array<char, 256> name{};
  if (driver.call("cuDeviceGet", &handle, index) != kSuccess) return device;
  if (driver.call("cuDeviceGetName", name.data(), static_cast<int>(name.size()) - 1, handle) == kSuccess)
    device.name = name.data();
  std::array<char, 16> uuid{};
  if (driver.call("cuDeviceGetUuid", uuid.data(), handle) == kSuccess)
    device.uuid.assign(uuid.data(), uuid.size());
  driver.call("cuDeviceGetAttribute", &device.compute_major, kComputeCapabilityMajor, handle);
  return device;
}

CudaDriver ask() {
  const Driver driver;
  if (!driver.missing().empty()) return {fmt::format("no NVIDIA driver: {}", driver.missing()), {}};
  int count = 0;
  int code = driver.call("cuInit", 0U);
  if (code == kSuccess) code = driver.call("cuDeviceGetCount", &count);
  if (code == kNoDevice || (code == kSuccess && count == 0)) return {"the NVIDIA driver finds no device", {}};
  if (code != kSuccess) return {fmt::format("the NVIDIA driver fails: {}", driver.words(code)), {}};
  CudaDriver answer;
  for (int i = 0; i < count; ++i) answer.devices.push_back(describe(driver, i));
  return answer;
}

}  // namespace

const CudaDriver& cuda_driver() {
  static const CudaDriver driver = ask();
  return driver;
}

}  // namespace tn
