// Tensors on their way from the processor to a device.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/core/Event.h>
#include <c10/core/Stream.h>

#include <optional>
#include <vector>

namespace tn {

// The host's tensor on the device: through pinned memory, in the order of the current stream, without a wait.
// On the processor: the tensor itself.
at::Tensor sent(const at::Tensor& host, at::Device device);

// A stream of the device for what goes on beside its work; nothing on the processor.
std::optional<c10::Stream> stream_beside(at::Device device);

// Tensors that are sent ahead on a stream of their own, beside what the device computes meanwhile.
class Shipment {
 public:
  Shipment() = default;
  // `stream`: stream_beside(device). The same one for every shipment: LibTorch keeps memory for each stream.
  Shipment(const std::vector<at::Tensor>& host, at::Device device, std::optional<c10::Stream> stream);

  // For the current stream, which waits for them where they are still on their way; the caller does not.
  std::vector<at::Tensor> unload();

 private:
  std::vector<at::Tensor> tensors_;
  std::optional<c10::Event> arrival_;  // nothing on the processor
};

}  // namespace tn
