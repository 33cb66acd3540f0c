#include "libcore/net/transfer.hpp"

#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <utility>

namespace tn {

at::Tensor sent(const at::Tensor& host, at::Device device) {
  return device.is_cpu() ? host : host.pin_memory().to(device, /*non_blocking=*/true);
}

std::optional<c10::Stream> stream_beside(at::Device device) {
  if (device.is_cpu()) return std::nullopt;
  return c10::impl::VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device);
}

Shipment::Shipment(const std::vector<at::Tensor>& host, at::Device device,
                   std::optional<c10::Stream> stream) {
  if (!stream) {
    tensors_ = host;
    return;
  }
  const c10::StreamGuard beside(*stream);
  for (const at::Tensor& tensor : host) tensors_.push_back(sent(tensor, device));
  arrival_.emplace(device.type());
  arrival_->record(*stream);
}

std::vector<at::Tensor> Shipment::unload() {
  if (arrival_) {
    const c10::impl::VirtualGuardImpl guard(arrival_->device_type());
    const c10::Stream current = guard.getStream(tensors_.front().device());
    arrival_->block(current);
    for (const at::Tensor& tensor : tensors_)  // its memory was taken on the other stream
      guard.recordDataPtrOnStream(tensor.storage().data_ptr(), current);
  }
  return std::move(tensors_);
}

}  // namespace tn
