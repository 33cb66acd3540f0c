// Rows of decoded samples to rows of grey levels or mask values. For libcore/image alone.
#pragma once

#include <cstddef>
#include <cstdint>

#include "libcore/image/decode.hpp"

namespace tn {

// What the first samples of a pixel mean; more samples (alpha) are skipped. cmyk: 0 is no ink.
enum class Ink { grey, rgb, cmyk };

// In [0,255], rounded; `max` is the sample value of full light.
inline std::uint8_t grey_level(std::uint32_t value, std::uint32_t max) {
  return static_cast<std::uint8_t>((std::uint64_t{value} * 255 + max / 2) / max);
}

// ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B.
inline std::uint8_t luma(std::uint32_t red, std::uint32_t green, std::uint32_t blue, std::uint32_t max) {
  const std::uint64_t sum = std::uint64_t{red} * 299 + std::uint64_t{green} * 587 + std::uint64_t{blue} * 114;
  if (max == 255) return static_cast<std::uint8_t>((sum + 500) / 1000);
  const std::uint64_t full = std::uint64_t{max} * 1000;
  return static_cast<std::uint8_t>((sum * 255 + full / 2) / full);
}

template <typename T>
std::uint8_t pixel_value(const T* in, Ink colour, std::uint32_t max, Reading reading) {
  auto red = static_cast<std::uint32_t>(in[0]);
  if (colour == Ink::grey)
    return reading == Reading::grey ? grey_level(red, max) : static_cast<std::uint8_t>(red > 0 ? 255 : 0);
  auto green = static_cast<std::uint32_t>(in[1]);
  auto blue = static_cast<std::uint32_t>(in[2]);
  if (colour == Ink::cmyk) {
    const std::uint64_t light = max - static_cast<std::uint32_t>(in[3]);
    const auto lit = [&](std::uint32_t ink) {
      return static_cast<std::uint32_t>(((max - ink) * light + max / 2) / max);
    };
    red = lit(red);
    green = lit(green);
    blue = lit(blue);
  }
  if (reading == Reading::grey) return luma(red, green, blue, max);
  return (red | green | blue) > 0 ? 255 : 0;
}

// `width` pixels of `step` samples each -> `width` bytes.
template <typename T>
void convert_row(const T* in, int width, int step, Ink colour, std::uint32_t max, Reading reading,
                 std::uint8_t* out) {
  for (int x = 0; x < width; ++x, in += step) out[x] = pixel_value(in, colour, max, reading);
}

}  // namespace tn
