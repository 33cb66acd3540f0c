// The vector loops of tiled attention, compiled once for each instruction set and chosen at run time.
#pragma once

#include <cstdint>

namespace tn {

// All buffers are row-major float32 or, as std::uint16_t, bfloat16 bits; widths are multiples of kLanes, and
// so are the distances between rows. Loops read and write whole rows, padding included.
constexpr std::int64_t kLanes = 16;

// One instruction set's loops. `Half` variants round to bfloat16 (to nearest, ties to even).
struct AttentionLoops {
  const char* name;

  // A step of the online softmax on energies[rows][width]: rows of `probabilities` become exp(energy -
  // maximum) with the running maximum; sums take in the new ones; factors say by how much what was summed
  // before is worth less. maxima begin at -inf, sums at 0.
  void (*softmax_step)(const float* energies, std::int64_t rows, std::int64_t width, float* maxima,
                       float* sums, float* factors, float* probabilities);
  void (*softmax_step_half)(const float* energies, std::int64_t rows, std::int64_t width, float* maxima,
                            float* sums, float* factors, std::uint16_t* probabilities);

  // values[r][0..width) *= factors[r].
  void (*scale_rows)(float* values, std::int64_t rows, std::int64_t width, const float* factors);

  // Backward, on transposed blocks [keys][queries]: probabilities = exp(energies - log_sums), column by
  // column, and gradients = probabilities * (slopes - deltas). The gradients come twice: in rows, and for the
  // half variant with each pair of rows interleaved (row 2i, then 2i + 1, element by element), as a bfloat16
  // product takes its right side; a missing last row is zero there.
  void (*softmax_backward)(const float* energies, const float* slopes, const float* log_sums,
                           const float* deltas, std::int64_t rows, std::int64_t width, float* probabilities,
                           float* gradients);
  void (*softmax_backward_half)(const float* energies, const float* slopes, const float* log_sums,
                                const float* deltas, std::int64_t rows, std::int64_t width,
                                std::uint16_t* probabilities, std::uint16_t* gradients,
                                std::uint16_t* paired);
};

extern const AttentionLoops kPlainLoops, kAvx512Loops, kAvx512Bf16Loops;  // instruction_set.hpp

// The fastest that this processor runs.
const AttentionLoops& attention_loops();

}  // namespace tn
