#include "libcore/net/device.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/text.hpp"
#include "libcore/net/cuda_driver.hpp"
#include "libcore/net/libtorch.hpp"

namespace tn {
namespace {

// The number of this process among those that a launcher started on the same machine.
int local_rank() {
  for (const char* name : {"OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID"})
    if (const char* rank = std::getenv(name)) return std::atoi(rank);
  return 0;
}

std::string missing_library() {
  const std::string path = libtorch_folder() + "/libtorch_cuda.so";
  if (path_exists(path)) return "";
  return fmt::format("this LibTorch has no CUDA library: {} is missing (scripts/setup --cuda fetches it)",
                     path);
}

FoundDevice gpu(std::optional<int> wanted, const CudaDriver& driver) {
  const auto count = static_cast<int>(driver.devices.size());
  const int index = wanted ? *wanted : local_rank() % count;
  if (index >= count)
    throw Error(Exit::usage, "device cuda:{}: the NVIDIA driver finds {}", index,
                counted(driver.devices.size(), "device"));
  return {fmt::format("cuda:{}", index), driver.devices[static_cast<std::size_t>(index)].name, ""};
}

}  // namespace

DeviceWish parse_device(std::string_view text) {
  if (text == "auto") return {DeviceKind::automatic};
  if (text == "cpu") return {DeviceKind::cpu};
  if (text == "cuda") return {DeviceKind::cuda};
  constexpr std::string_view kNumbered = "cuda:";
  constexpr std::int64_t kMost = 127;  // LibTorch numbers devices in a byte
  if (text.starts_with(kNumbered))
    if (const auto index = parse_int(text.substr(kNumbered.size())); index && *index >= 0 && *index <= kMost)
      return {DeviceKind::cuda, static_cast<int>(*index)};
  throw Error(Exit::usage, "'{}' is not auto, cpu, cuda or cuda:N", text);
}

std::string device_text(const DeviceWish& wish) {
  if (wish.kind == DeviceKind::automatic) return "auto";
  if (wish.kind == DeviceKind::cpu) return "cpu";
  return wish.index ? fmt::format("cuda:{}", *wish.index) : "cuda";
}

FoundDevice find_device(const DeviceWish& wish) {
  if (wish.kind == DeviceKind::cpu) return {};
  const CudaDriver& driver = cuda_driver();
  const bool is_wanted = wish.kind == DeviceKind::cuda;
  if (!driver.failure.empty()) {
    if (is_wanted) throw Error(Exit::usage, "device {}: {}", device_text(wish), driver.failure);
    return {};
  }
  if (const std::string missing = missing_library(); !missing.empty()) {
    if (is_wanted) throw Error(Exit::usage, "device {}: {}", device_text(wish), missing);
    return {"cpu", "",
            fmt::format("computing on the processor, not on {}: {}", driver.devices.front().name, missing)};
  }
  return gpu(wish.index, driver);
}

bool multiplies_in_bfloat16(const std::string& device) {
  if (device == "cpu") return __builtin_cpu_supports("avx512bf16") != 0;
  if (!device.starts_with("cuda")) return false;
  const DeviceWish wish = parse_device(device);
  const auto index = static_cast<std::size_t>(wish.index.value_or(0));
  const CudaDriver& driver = cuda_driver();
  return index < driver.devices.size() && driver.devices[index].compute_major >= 8;
}

}  // namespace tn
