// Records of TensorBoard's event files: protocol buffers of scalars in TFRecord frames.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libcore/data/training_log.hpp"

namespace tn {

// CRC-32C (Castagnoli) of the bytes, rotated and shifted as TFRecord frames have it.
std::uint32_t masked_crc32c(std::string_view bytes);

// The record that begins a file. `time`: seconds since 1970.
std::string event_version(double time);

// One record with a value for each name, at a step.
std::string event_scalars(double time, std::int64_t step, const Scalars& scalars);

}  // namespace tn
