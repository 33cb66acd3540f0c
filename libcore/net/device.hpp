// Where a network computes: on the processor or on a GPU.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tn {

enum class DeviceKind { automatic, cpu, cuda };

// As asked for.
struct DeviceWish {
  DeviceKind kind = DeviceKind::automatic;
  std::optional<int> index = {};  // of a GPU; nothing: the first, or of several processes each its own
  friend bool operator==(const DeviceWish&, const DeviceWish&) = default;
};

// "auto", "cpu", "cuda" or "cuda:N". Throws Error(usage).
DeviceWish parse_device(std::string_view text);
std::string device_text(const DeviceWish& wish);

// As found.
struct FoundDevice {
  std::string name = "cpu";  // as LibTorch calls it: "cpu", "cuda:N"
  std::string hardware;      // of a GPU: "NVIDIA H200"
  std::string note;          // why `auto` leaves a GPU that is there alone; empty: nothing to tell
};

// Looks for the device without opening LibTorch. `auto` takes a GPU where driver, device and LibTorch's CUDA
// libraries are there, and else the processor. Throws Error(usage) with the reason where a GPU is asked for
// and one of them is missing.
FoundDevice find_device(const DeviceWish& wish);

// Whether the device of that name multiplies in bfloat16: a processor with AVX-512-BF16, a GPU of compute
// capability 8 or more.
bool multiplies_in_bfloat16(const std::string& device);

}  // namespace tn
