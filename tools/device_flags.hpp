// The flags that say where a network computes.
#pragma once

#include <string>

#include "libcore/cli/flags.hpp"
#include "libcore/net/device.hpp"

namespace tn {

inline void add_device_flag(Flags& f, DeviceWish& device) {
  f.custom(
      "device", "DEVICE",
      "auto (a GPU where one can be used, else the processor), cpu, cuda (the first GPU; of several "
      "processes each "
      "its own) or cuda:N",
      [&device](const std::string& text) { device = parse_device(text); },
      [&device] { return device_text(device); });
  f.from_environment("TN_DEVICE");
}

inline void add_tf32_flag(Flags& f, bool& tf32) {
  f.toggle("tf32", tf32, "on a GPU: multiply float32 numbers in TF32 (10 bits of mantissa)");
}

}  // namespace tn
