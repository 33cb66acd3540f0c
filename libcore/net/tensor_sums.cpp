#include "libcore/net/tensor_sums.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "libcore/base/hash.hpp"
#include "libcore/net/cuda_border.hpp"
#include "libcore/net/cuda_driver.hpp"

namespace tn {
namespace {

template <typename T>
std::span<T> values_of(const at::Tensor& tensor) {
  return {tensor.data_ptr<T>(), static_cast<std::size_t>(tensor.numel())};
}

class HostSums : public TensorSums {
 public:
  explicit HostSums(Collectives& processes) : processes_(processes) {}
  const char* way() const override { return "the processors' memory"; }

  std::uint64_t start(const at::Tensor& values) override {
    const at::Tensor here = values.cpu();  // itself where it is on the processor
    const std::uint64_t sum = here.scalar_type() == at::kDouble
                                  ? processes_.start_sum(values_of<double>(here))
                                  : processes_.start_sum(values_of<float>(here));
    under_way_.emplace(sum, std::pair(here, values));
    return sum;
  }
  void join(std::uint64_t sum) override {
    finish(processes_, sum);
    const auto [here, values] = under_way_.extract(sum).mapped();
    if (!values.is_cpu()) values.copy_(here);
  }
  void wait() override {}

 private:
  Collectives& processes_;
  std::map<std::uint64_t, std::pair<at::Tensor, at::Tensor>> under_way_;  // on the processor, and as given
};

class DeviceTensorSums : public TensorSums {
 public:
  explicit DeviceTensorSums(std::unique_ptr<DeviceSums> sums) : sums_(std::move(sums)) {}
  const char* way() const override { return "NCCL"; }

  std::uint64_t start(const at::Tensor& values) override {
    const auto count = static_cast<std::size_t>(values.numel());
    expect_ok(values.scalar_type() == at::kDouble ? sums_->start(values.data_ptr<double>(), count)
                                                  : sums_->start(values.data_ptr<float>(), count));
    return 0;
  }
  void join(std::uint64_t) override { expect_ok(sums_->join()); }
  void wait() override { expect_ok(sums_->wait()); }

 private:
  std::unique_ptr<DeviceSums> sums_;
};

// What process 0 has, by a sum of its bytes and zeros.
NcclId of_first(Collectives& processes, const NcclId& id) {
  std::array<double, std::tuple_size_v<NcclId>> bytes{};
  if (processes.rank() == 0) std::ranges::copy(id, bytes.begin());
  add_up(&processes, bytes);
  NcclId shared{};
  std::ranges::transform(bytes, shared.begin(), [](double byte) { return static_cast<char>(byte); });
  return shared;
}

// A number over 0 that names the GPU among all machines'; 0: this process cannot use NCCL.
double gpu_number(at::Device device) {
  if (!device.is_cuda() || try_cuda_component().border == nullptr) return 0;
  const auto& devices = cuda_driver().devices;
  const auto index = static_cast<std::size_t>(device.index());
  if (index >= devices.size() || devices[index].uuid.empty()) return 0;
  return static_cast<double>(hash64(devices[index].uuid, 0) >> 12U) + 1;  // exact in a double
}

// Whether each process has a GPU of its own, and the component: all come to the same answer.
bool all_have_nccl(Collectives& processes, at::Device device) {
  std::vector<double> numbers(static_cast<std::size_t>(processes.size()), 0.0);
  numbers[static_cast<std::size_t>(processes.rank())] = gpu_number(device);
  add_up(&processes, numbers);
  std::ranges::sort(numbers);
  return numbers.front() > 0 && std::ranges::adjacent_find(numbers) == numbers.end();
}

}  // namespace

std::unique_ptr<TensorSums> sums_by_host(Collectives& processes) {
  return std::make_unique<HostSums>(processes);
}

std::unique_ptr<TensorSums> sums_by_nccl(Collectives& processes, at::Device device,
                                         const Stranded& stranded) {
  const CudaBorder& component = cuda_component();
  NcclId id{};
  if (processes.rank() == 0) expect_ok(component.new_id(id));
  std::unique_ptr<DeviceSums> sums;
  expect_ok(component.join(of_first(processes, id), processes.rank(), processes.size(), device.index(),
                           processes.timeout_s(), stranded, sums));
  return std::make_unique<DeviceTensorSums>(std::move(sums));
}

std::unique_ptr<TensorSums> make_tensor_sums(Collectives& processes, at::Device device,
                                             const Stranded& stranded) {
  return all_have_nccl(processes, device) ? sums_by_nccl(processes, device, stranded)
                                          : sums_by_host(processes);
}

}  // namespace tn
