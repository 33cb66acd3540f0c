// The vector loops of a 1x1 convolution's end, compiled once for each instruction set and chosen at run time.
#pragma once

#include <cstdint>

namespace tn {

// Rows are pixels, columns channels, their number a multiple of 16. std::uint16_t is bfloat16 bits, rounded
// to nearest, ties to even.
struct PointwiseLoops {
  // out[r][c] = max(0, products[r][c] + bias[c]) + other[r][c] * scale[c] (the latter without `other`: 0),
  // rows of `out` and `other` being `stride` apart; sums[c], where given, takes in the column's results.
  void (*finish)(const float* products, std::int64_t rows, std::int64_t columns, const float* bias,
                 const float* other, const float* scale, float* out, std::int64_t stride, float* sums);
  void (*finish_half)(const float* products, std::int64_t rows, std::int64_t columns, const float* bias,
                      const std::uint16_t* other, const float* scale, std::uint16_t* out, std::int64_t stride,
                      float* sums);
};

extern const PointwiseLoops kPlainPointwise;       // any processor
extern const PointwiseLoops kAvx512Pointwise;      // AVX-512 F, BW, DQ, VL
extern const PointwiseLoops kAvx512Bf16Pointwise;  // the same and BF16

// The fastest that this processor runs.
const PointwiseLoops& pointwise_loops();

}  // namespace tn
