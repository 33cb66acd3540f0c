// The vector loops around a 1x1 convolution's products, compiled once for each instruction set and chosen at
// run time.
#pragma once

#include <cstdint>

namespace tn {

// Where a block's answers go. Rows are pixels, columns channels, their number a multiple of 16.
//   out[r][c] = max(least, product[r][c] + bias[c]) + other[r][c] * scale[c]     (without `other`: no second
//   term)
// Rows of `out` and `other` are `stride` apart; sums[c], where given, takes in the column's results.
template <typename T>
struct PointwiseTarget {
  std::int64_t rows, columns;
  float least;  // 0 for a ReLU, or -infinity
  const float* bias;
  const T* other;
  const float* scale;
  T* out;
  std::int64_t stride;
  float* sums;
};

// Products of bytes: value * row_scales[r] * column_scales[c].
struct ByteProducts {
  const std::int32_t* values;  // [rows][columns]
  const float *row_scales, *column_scales;
};

// std::uint16_t is bfloat16 bits, rounded to nearest, ties to even.
struct PointwiseLoops {
  void (*finish)(const float* products, const PointwiseTarget<float>& target);
  void (*finish_half)(const float* products, const PointwiseTarget<std::uint16_t>& target);
  void (*finish_bytes)(const ByteProducts& products, const PointwiseTarget<std::uint16_t>& target);

  // Bits of the largest magnitude of `count` values, a multiple of 16. What is not a number is larger than
  // all.
  std::uint16_t (*largest)(const std::uint16_t* values, std::int64_t count);
  // bytes[i] = values[i] * factor to nearest, for products up to 255; 0 for negative ones and for what is not
  // a number.
  void (*to_bytes)(const std::uint16_t* values, std::int64_t count, float factor, std::uint8_t* bytes);
};

extern const PointwiseLoops kPlainPointwise, kAvx512Pointwise, kAvx512Bf16Pointwise;  // instruction_set.hpp

// The fastest that this processor runs.
const PointwiseLoops& pointwise_loops();

}  // namespace tn
