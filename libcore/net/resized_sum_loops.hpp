// The vector loops of a sum of resized feature maps, compiled once for each instruction set and chosen at run
// time.
#pragma once

#include <cstdint>

namespace tn {

// Where a pixel lies between two of a level along an axis: `first` + `share`, 0 <= share < 1; `second` is the
// next pixel, or the same at the end.
struct BetweenPixels {
  std::int64_t first, second;
  float share;
};

// A level seen from a row of the sum: the rows [width][channels] above and below, what share the lower one
// has, where each pixel of the sum lies between its columns, and room for width * channels.
template <typename T>
struct ResizedLevel {
  const T *above, *below;
  float share;
  std::int64_t width;
  const BetweenPixels* columns;
  float* blended;
};

// row[x][c] += the interpolated values of `count` levels. The number of channels is a multiple of 16.
// std::uint16_t is bfloat16 bits, rounded to nearest, ties to even.
struct ResizedSumLoops {
  const char* name;
  void (*add_to_row)(const ResizedLevel<float>* levels, std::int64_t count, std::int64_t width,
                     std::int64_t channels, float* row);
  void (*add_to_row_half)(const ResizedLevel<std::uint16_t>* levels, std::int64_t count, std::int64_t width,
                          std::int64_t channels, std::uint16_t* row);
};

extern const ResizedSumLoops kPlainResizedSum, kAvx512ResizedSum,
    kAvx512Bf16ResizedSum;  // instruction_set.hpp

// The fastest that this processor runs.
const ResizedSumLoops& resized_sum_loops();

}  // namespace tn
