// The transforms of Winograd's convolution, compiled once for each instruction set and chosen at run time.
#pragma once

#include <cstdint>

namespace tn {

// A tile of the output is `rows` of 4 pixels. It comes from a patch of `rows` + 2 rows of 6 pixels, which
// becomes as many numbers, each of which is multiplied once: a third of the multiplications of direct
// convolution with 2 rows, a quarter with 4. Source: Lavin and Gray, "Fast algorithms for convolutional
// neural networks" (2016), section 4. Polynomials are interpolated at 0, +-kNear, +-kFar and infinity along 6
// pixels, which rounds half as much as the paper's 0, +-1, +-2, and at 0, +-1 and infinity along 4.
struct WinogradTile {
  static constexpr std::int64_t kColumns = 4, kPatchColumns = 6;
  static constexpr float kNear = 0.75F, kFar = 1.5F;

  std::int64_t rows;  // 2 or 4
  std::int64_t numbers() const { return (rows + 2) * kPatchColumns; }
};

// Where a tile lies: image [height][width][channels], and its upper left pixel of the output. The patch
// begins one pixel above and left of it; beyond the image is zero.
struct WinogradPlace {
  std::int64_t height, width, channels, y, x;
};

// The channels of the output that the products are of; multiples of 16.
struct WinogradSlice {
  std::int64_t first, count;
};

// For tiles of one height. The number of channels is a multiple of 16. std::uint16_t is bfloat16 bits,
// rounded to nearest, ties to even.
struct WinogradTransforms {
  // numbers[p * distance + c]: the p-th of a patch's numbers in channel c.
  void (*to_numbers)(const float* image, const WinogradPlace& place, float* numbers, std::int64_t distance);
  void (*to_numbers_half)(const std::uint16_t* image, const WinogradPlace& place, std::uint16_t* numbers,
                          std::int64_t distance);

  // The tile's pixels inside the image, in the slice's channels: max(0, . + bias[c]) from
  // products[p * distance + c - slice.first]. What is not a number stays so.
  void (*to_pixels)(const float* products, std::int64_t distance, const float* bias,
                    const WinogradPlace& place, const WinogradSlice& slice, float* image);
  void (*to_pixels_half)(const float* products, std::int64_t distance, const float* bias,
                         const WinogradPlace& place, const WinogradSlice& slice, std::uint16_t* image);
};

// One instruction set's.
struct WinogradLoops {
  const char* name;
  WinogradTransforms two_rows, four_rows;

  const WinogradTransforms& of(const WinogradTile& tile) const {
    return tile.rows == 2 ? two_rows : four_rows;
  }
};

extern const WinogradLoops kPlainWinograd, kAvx512Winograd, kAvx512Bf16Winograd;  // instruction_set.hpp

// The fastest that this processor runs.
const WinogradLoops& winograd_loops();

}  // namespace tn
