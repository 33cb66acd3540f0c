// The transforms of Winograd's convolution, compiled once for each instruction set and chosen at run time.
#pragma once

#include <array>
#include <cstdint>

namespace tn {

// A tile of the output is 2 rows of 4 pixels; it comes from a patch of 4 rows of 6 pixels, which becomes 24
// numbers, each of which is multiplied once: F(2x4, 3x3) where direct convolution multiplies 72 times.
// Source: Lavin and Gray, "Fast algorithms for convolutional neural networks" (2016), section 4; the
// polynomials are interpolated at 0, 1, -1 and infinity along columns, and along rows at 0, +-kNear, +-kFar
// and infinity, which rounds less than the 0, +-1, +-2 of the paper.
struct WinogradTile {
  static constexpr std::int64_t kRows = 2, kColumns = 4;
  static constexpr std::int64_t kPatchRows = 4, kPatchColumns = 6, kProducts = kPatchRows * kPatchColumns;
  static constexpr float kNear = 0.75F, kFar = 1.5F;
};

// Where a tile lies: image [height][width][channels], and its upper left pixel of the output. The patch
// begins one pixel above and left of it; beyond the image is zero.
struct WinogradPlace {
  std::int64_t height, width, channels, y, x;
};

// One instruction set's transforms. The number of channels is a multiple of 16. std::uint16_t is bfloat16
// bits, rounded to nearest, ties to even.
struct WinogradLoops {
  const char* name;

  // numbers[p * distance + c]: the p-th of a patch's 24 numbers in channel c.
  void (*to_numbers)(const float* image, const WinogradPlace& place, float* numbers, std::int64_t distance);
  void (*to_numbers_half)(const std::uint16_t* image, const WinogradPlace& place, std::uint16_t* numbers,
                          std::int64_t distance);

  // The tile's pixels inside the image, max(0, . + bias[c]), from products[p * distance + c].
  void (*to_pixels)(const float* products, std::int64_t distance, const float* bias,
                    const WinogradPlace& place, float* image);
  void (*to_pixels_half)(const float* products, std::int64_t distance, const float* bias,
                         const WinogradPlace& place, std::uint16_t* image);
};

extern const WinogradLoops kPlainWinograd;       // any processor
extern const WinogradLoops kAvx512Winograd;      // AVX-512 F, BW, DQ, VL
extern const WinogradLoops kAvx512Bf16Winograd;  // the same and BF16

// The fastest that this processor runs.
const WinogradLoops& winograd_loops();

}  // namespace tn
