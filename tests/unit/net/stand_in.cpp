#include "tests/unit/net/stand_in.hpp"

#include <ATen/EmptyTensor.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <ATen/native/CPUFallback.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_strided.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/set_native.h>
#include <ATen/ops/view_native.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/DeviceType.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/library.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <set>
#include <vector>

namespace tn::test {
namespace {

constexpr at::DeviceType kType = at::kPrivateUse1;
constexpr c10::StreamId kStreams = 8;  // 0: the default one

// A block of memory and what became of it. What is made on another stream than the default one may be used
// there only after the default one has waited for it, and freed only when that was noted.
struct Block {
  std::size_t bytes = 0;
  c10::StreamId stream = 0;  // that it was taken on
  std::int64_t changed = 0;  // the stream's last operation on it
  bool waited_for = true;
  bool used = false, noted = false;  // on the default stream, where another one made it
};

struct RecordedEvent {
  c10::StreamId stream = 0;
  std::int64_t operations = 0;  // of the stream, before the event
};

// What the device knows of its memory and streams.
struct Machine {
  std::mutex mutex;
  std::map<const void*, Block> blocks;
  std::map<c10::StreamId, std::int64_t> done;  // operations of each stream
  std::set<const void*> pinned;
  Traffic traffic;
  std::int64_t limit = -1, used = 0, peak = 0;
  std::atomic<std::int64_t> operators = 0;

  // By the current stream, of memory that begins there.
  void use(const void* memory, c10::StreamId stream) {
    const auto found = blocks.find(memory);
    if (found == blocks.end()) return;
    Block& block = found->second;
    const std::int64_t operation = ++done[stream];
    if (stream == 0) {
      if (!block.waited_for) ++traffic.stray_uses;
      block.used = block.used || block.stream != 0;
    } else {
      block.changed = operation;
      block.waited_for = false;
    }
  }
};

Machine& machine() {
  static auto* const machine = new Machine;  // tensors may outlive every static object
  return *machine;
}

c10::StreamId& current_stream() {
  thread_local c10::StreamId stream = 0;
  return stream;
}

struct DeviceMemory final : at::Allocator {
  at::DataPtr allocate(std::size_t bytes) override {
    void* block = std::aligned_alloc(64, (bytes + 64) / 64 * 64);
    Machine& m = machine();
    const std::lock_guard lock(m.mutex);
    TORCH_CHECK_WITH(OutOfMemoryError, m.limit < 0 || m.used + static_cast<std::int64_t>(bytes) <= m.limit,
                     "the device is out of memory");
    m.used += static_cast<std::int64_t>(bytes);
    m.peak = std::max(m.peak, m.used);
    m.blocks[block] = {.bytes = bytes, .stream = current_stream(), .waited_for = current_stream() == 0};
    return {block, block, &give, at::Device(kType, 0)};
  }
  at::DeleterFnPtr raw_deleter() const override { return &give; }
  void copy_data(void* to, const void* from, std::size_t bytes) const override {
    std::memcpy(to, from, bytes);
  }
  static void give(void* block) {
    Machine& m = machine();
    const std::lock_guard lock(m.mutex);
    const Block& freed = m.blocks[block];
    m.used -= static_cast<std::int64_t>(freed.bytes);
    if (freed.used && !freed.noted) ++m.traffic.stray_uses;
    m.blocks.erase(block);
    std::free(block);
  }
};

struct PinnedMemory final : at::Allocator {
  at::DataPtr allocate(std::size_t bytes) override {
    void* block = std::aligned_alloc(64, (bytes + 64) / 64 * 64);
    const std::lock_guard lock(machine().mutex);
    machine().pinned.insert(block);
    return {block, block, &give, at::Device(at::kCPU)};
  }
  at::DeleterFnPtr raw_deleter() const override { return &give; }
  void copy_data(void* to, const void* from, std::size_t bytes) const override {
    std::memcpy(to, from, bytes);
  }
  static void give(void* block) {
    const std::lock_guard lock(machine().mutex);
    machine().pinned.erase(block);
    std::free(block);
  }
};

DeviceMemory& device_memory() {
  static auto* const memory = new DeviceMemory;
  return *memory;
}

struct Hooks final : at::PrivateUse1HooksInterface {
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
  c10::DeviceIndex deviceCount() const override { return 1; }
  c10::DeviceIndex getCurrentDevice() const override { return 0; }
  void setCurrentDevice(c10::DeviceIndex) const override {}
  bool isPinnedPtr(const void* data) const override {
    const std::lock_guard lock(machine().mutex);
    return machine().pinned.contains(data);
  }
  at::Allocator* getPinnedMemoryAllocator() const override {
    static auto* const memory = new PinnedMemory;
    return memory;
  }
};

// Waiting for an event is waiting for what its stream had done when it was recorded.
struct Guard final : c10::impl::DeviceGuardImplInterface {
  at::DeviceType type() const override { return kType; }
  at::Device exchangeDevice(at::Device) const override { return {kType, 0}; }
  at::Device getDevice() const override { return {kType, 0}; }
  void setDevice(at::Device) const override {}
  void uncheckedSetDevice(at::Device) const noexcept override {}
  c10::Stream getStream(at::Device device) const override { return stream(device, current_stream()); }
  c10::Stream getDefaultStream(at::Device device) const override { return stream(device, 0); }
  c10::Stream getStreamFromGlobalPool(at::Device device, bool) const override {
    static std::atomic<c10::StreamId> next = 0;
    return stream(device, 1 + next++ % (kStreams - 1));
  }
  c10::Stream exchangeStream(c10::Stream to) const override {
    const c10::StreamId before = current_stream();
    current_stream() = to.id();
    return stream(to.device(), before);
  }
  c10::DeviceIndex deviceCount() const noexcept override { return 1; }
  void record(void** event, const c10::Stream& on, const c10::DeviceIndex,
              const c10::EventFlag) const override {
    if (*event == nullptr) *event = new RecordedEvent;
    const std::lock_guard lock(machine().mutex);
    *static_cast<RecordedEvent*>(*event) = {on.id(), machine().done[on.id()]};
  }
  void block(void* event, const c10::Stream& waiting) const override {
    if (event == nullptr || waiting.id() != 0) return;
    const RecordedEvent& recorded = *static_cast<RecordedEvent*>(event);
    const std::lock_guard lock(machine().mutex);
    for (auto& [memory, block] : machine().blocks)
      if (block.stream == recorded.stream && block.changed <= recorded.operations) block.waited_for = true;
  }
  bool queryEvent(void*) const override { return true; }
  void destroyEvent(void* event, const c10::DeviceIndex) const noexcept override {
    delete static_cast<RecordedEvent*>(event);
  }
  void recordDataPtrOnStream(const c10::DataPtr& memory, const c10::Stream&) const override {
    const std::lock_guard lock(machine().mutex);
    const auto found = machine().blocks.find(memory.get());
    if (found != machine().blocks.end()) found->second.noted = true;
  }

 private:
  static c10::Stream stream(at::Device device, c10::StreamId id) {
    return c10::Stream(c10::Stream::UNSAFE, at::Device(device.type(), 0), id);
  }
};

bool is_here(const at::Tensor& tensor) {
  return tensor.defined() && tensor.device().type() == kType;
}

void note_use(const at::Tensor& tensor) {
  const std::lock_guard lock(machine().mutex);
  machine().use(tensor.storage().data(), current_stream());
}

// The same memory as a tensor of the processor; for the length of a call.
at::Tensor lent(const at::Tensor& tensor) {
  note_use(tensor);
  return at::from_blob(tensor.data_ptr(), tensor.sizes(), tensor.strides(),
                       at::TensorOptions(tensor.scalar_type()).device(at::kCPU));
}

at::Tensor empty_strided(at::IntArrayRef sizes, at::IntArrayRef strides, std::optional<at::ScalarType> type,
                         std::optional<at::Layout>, std::optional<at::Device>, std::optional<bool>) {
  constexpr c10::DispatchKeySet keys(c10::DispatchKey::PrivateUse1);
  return at::detail::empty_strided_generic(sizes, strides, &device_memory(), keys, type.value_or(at::kFloat));
}

at::Tensor empty(at::IntArrayRef sizes, std::optional<at::ScalarType> type, std::optional<at::Layout>,
                 std::optional<at::Device>, std::optional<bool>, std::optional<at::MemoryFormat> format) {
  constexpr c10::DispatchKeySet keys(c10::DispatchKey::PrivateUse1);
  return at::detail::empty_generic(sizes, &device_memory(), keys, type.value_or(at::kFloat), format);
}

at::Tensor kept(const at::Tensor& made) {
  at::Tensor tensor = empty_strided(made.sizes(), made.strides(), made.scalar_type(), {}, {}, {});
  lent(tensor).copy_(made);
  return tensor;
}

at::Tensor copy_from(const at::Tensor& from, const at::Tensor& to, bool asynchronous) {
  {
    const std::lock_guard lock(machine().mutex);
    if (!is_here(to)) ++machine().traffic.reads;
    if (!is_here(from)) {
      ++machine().traffic.sends;
      const bool pinned = machine().pinned.contains(from.storage().data());
      if (from.dim() > 0 && !(pinned && asynchronous)) ++machine().traffic.blocking_sends;
    }
  }
  (is_here(to) ? lent(to) : to).copy_(is_here(from) ? lent(from) : from);
  return to;
}

at::Tensor copy_from_and_resize(const at::Tensor& from, const at::Tensor& to) {
  return copy_from(from, to, false);
}

at::Scalar local_scalar(const at::Tensor& tensor) {
  {
    const std::lock_guard lock(machine().mutex);
    ++machine().traffic.reads;
  }
  return lent(tensor).item();
}

const at::Tensor& resized(const at::Tensor& self, at::IntArrayRef sizes,
                          std::optional<at::MemoryFormat> format) {
  const at::Tensor fresh = empty(sizes, self.scalar_type(), {}, {}, {}, format);
  self.unsafeGetTensorImpl()->set_storage_keep_dtype(fresh.storage());
  self.unsafeGetTensorImpl()->set_sizes_and_strides(fresh.sizes(), fresh.strides());
  return self;
}

at::Tensor& set_storage(at::Tensor& self, at::Storage source, std::int64_t offset, at::IntArrayRef sizes,
                        at::IntArrayRef strides) {
  self.unsafeGetTensorImpl()->set_storage_keep_dtype(std::move(source));
  self.unsafeGetTensorImpl()->set_storage_offset(offset);
  self.unsafeGetTensorImpl()->set_sizes_and_strides(sizes, strides);
  return self;
}

at::Tensor as_strided(const at::Tensor& self, at::IntArrayRef sizes, at::IntArrayRef strides,
                      std::optional<std::int64_t> offset) {
  return at::native::as_strided_tensorimpl(self, sizes, strides, offset);
}

at::Tensor view(const at::Tensor& self, at::IntArrayRef sizes) {
  return at::native::view(self, sizes);
}

bool fit_each_other(const at::Tensor& self, const at::Tensor& other) {
  return (self.is_cpu() || is_here(self)) && (other.is_cpu() || is_here(other));
}

// A call in which tensors of the device are lent to the processor's operator.
class Call {
 public:
  at::Tensor given(const at::Tensor& tensor, const c10::OperatorHandle& op, bool in_list) {
    if (!tensor.defined()) return tensor;
    if (!is_here(tensor)) {
      TORCH_CHECK(tensor.dim() == 0 && !in_list, op.operator_name().name,
                  ": a tensor of the processor meets one of the device");
      return tensor;
    }
    lent_.emplace_back(lent(tensor), tensor);
    return lent_.back().first;
  }
  // What comes out: the device's own tensor where it was changed in place, else a new one there.
  at::Tensor returned(const at::Tensor& tensor) const {
    if (!tensor.defined()) return tensor;
    for (const auto& [ours, theirs] : lent_)
      if (ours.is_same(tensor)) return theirs;
    return kept(tensor);
  }
  // An output that the operator has made larger.
  void take_back() const {
    for (const auto& [ours, theirs] : lent_) {
      if (ours.sizes() == theirs.sizes() && ours.data_ptr() == theirs.data_ptr()) continue;
      resized(theirs, ours.sizes(), std::nullopt);
      lent(theirs).copy_(ours);
    }
  }

 private:
  std::vector<std::pair<at::Tensor, at::Tensor>> lent_;
};

template <typename Change>
c10::IValue each_tensor(const c10::IValue& value, const Change& change) {
  if (value.isTensor()) return change(value.toTensor());
  if (value.isTensorList()) {
    c10::List<at::Tensor> list;
    for (const at::Tensor& tensor : value.toTensorVector()) list.push_back(change(tensor));
    return list;
  }
  if (value.isOptionalTensorList()) {
    c10::List<std::optional<at::Tensor>> list;
    for (const std::optional<at::Tensor>& tensor : value.toOptionalTensorVector())
      list.push_back(tensor ? std::optional<at::Tensor>(change(*tensor)) : std::nullopt);
    return list;
  }
  if (value.isDevice() && value.toDevice().type() == kType) return at::Device(at::kCPU);
  return value;
}

void on_the_processor(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  ++machine().operators;
  Call call;
  const auto arguments = static_cast<std::ptrdiff_t>(op.schema().arguments().size());
  for (auto value = stack->end() - arguments; value != stack->end(); ++value)
    *value = each_tensor(
        *value, [&](const at::Tensor& tensor) { return call.given(tensor, op, !value->isTensor()); });
  op.redispatchBoxed(c10::DispatchKeySet(c10::DispatchKey::CPU), stack);
  call.take_back();
  const auto results = static_cast<std::ptrdiff_t>(op.schema().returns().size());
  for (auto value = stack->end() - results; value != stack->end(); ++value)
    *value = each_tensor(*value, [&](const at::Tensor& tensor) { return call.returned(tensor); });
}

at::Tensor convolve(const at::Tensor& input, const at::Tensor& weight, const std::optional<at::Tensor>& bias,
                    at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation,
                    bool transposed, at::IntArrayRef output_padding, std::int64_t groups) {
  TORCH_CHECK(is_here(input) && is_here(weight),
              "convolution: a tensor of the processor meets one of the device");
  ++machine().operators;
  const auto own_bias = bias && bias->defined() ? std::optional<at::Tensor>(lent(*bias)) : std::nullopt;
  return kept(at::convolution(lent(input), lent(weight), own_bias, stride, padding, dilation, transposed,
                              output_padding, groups));
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> convolve_backward(
    const at::Tensor& gradient, const at::Tensor& input, const at::Tensor& weight, at::IntArrayRef stride,
    at::IntArrayRef padding, at::IntArrayRef dilation, bool transposed, at::IntArrayRef output_padding,
    std::int64_t groups, std::array<bool, 3> wanted) {
  ++machine().operators;
  const auto [a, b, c] =
      at::convolution_backward(lent(gradient), lent(input), lent(weight), at::IntArrayRef({weight.size(0)}),
                               stride, padding, dilation, transposed, output_padding, groups, wanted);
  const auto result = [](const at::Tensor& tensor) { return tensor.defined() ? kept(tensor) : tensor; };
  return {result(a), result(b), result(c)};
}

TORCH_LIBRARY_IMPL(_, PrivateUse1, library) {
  library.fallback(torch::CppFunction::makeFromBoxedFunction<&on_the_processor>());
}

TORCH_LIBRARY_IMPL(aten, PrivateUse1, library) {
  library.impl("empty.memory_format", &empty);
  library.impl("empty_strided", &empty_strided);
  library.impl("_copy_from", &copy_from);
  library.impl("_copy_from_and_resize", &copy_from_and_resize);
  library.impl("_local_scalar_dense", &local_scalar);
  library.impl("resize_", &resized);
  library.impl("set_.source_Storage_storage_offset", &set_storage);
  library.impl("as_strided", &as_strided);
  library.impl("view", &view);
  library.impl("_has_compatible_shallow_copy_type", &fit_each_other);
  library.impl("convolution_overrideable", &convolve);
  library.impl("convolution_backward_overrideable", &convolve_backward);
}

C10_REGISTER_GUARD_IMPL(PrivateUse1, Guard)

}  // namespace

at::Device stand_in() {
  static std::once_flag once;
  std::call_once(once, [] {
    c10::register_privateuse1_backend("standin");
    at::RegisterPrivateUse1HooksInterface(new Hooks);
    at::SetAllocator(kType, &device_memory());
  });
  return {kType, 0};
}

Traffic traffic() {
  const std::lock_guard lock(machine().mutex);
  return machine().traffic;
}

void forget_traffic() {
  const std::lock_guard lock(machine().mutex);
  machine().traffic = {};
  machine().peak = machine().used;
}

void limit_memory(std::int64_t bytes) {
  const std::lock_guard lock(machine().mutex);
  machine().limit = bytes;
}

std::int64_t used_memory() {
  const std::lock_guard lock(machine().mutex);
  return machine().used;
}

std::int64_t peak_memory() {
  const std::lock_guard lock(machine().mutex);
  return machine().peak;
}

std::int64_t operators_run() {
  return machine().operators;
}

}  // namespace tn::test
