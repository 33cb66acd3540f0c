// A device without hardware, on LibTorch's key for private backends: what runs on it would run on a GPU.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>

namespace tn::test {

// Its memory is the processor's, kept apart: an operator that is given a tensor of it together with one of
// the processor (scalars aside) throws. Otherwise the operator runs on the processor. The first call
// registers it.
at::Device stand_in();

// What went from the device to the processor, and what it waited for, since the last call of forget().
struct Traffic {
  std::int64_t reads = 0;  // copies to the processor, item() among them
  std::int64_t blocking_sends =
      0;                        // copies to the device that are not from pinned memory or not asynchronous
  std::int64_t sends = 0;       // all copies to the device
  std::int64_t stray_uses = 0;  // of what another stream made, before its event was waited for
};
Traffic traffic();
void forget_traffic();

// The device has so many bytes; more is out of memory. Negative: no limit.
void limit_memory(std::int64_t bytes);
std::int64_t used_memory();
std::int64_t peak_memory();  // the most that was used at once since forget_traffic()

// Operators that ran on it so far.
std::int64_t operators_run();

}  // namespace tn::test
