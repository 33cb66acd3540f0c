// LibTorch's block products (at::native::cpublas::brgemm): which this processor has, and how their right side
// lies.
#pragma once

#include <c10/core/ScalarType.h>

#include <cstdint>

namespace tn {

// Whether products of blocks in that type work here: float32 or bfloat16, with sums in float32; kByte: bytes
// without a sign by bytes with one, with sums in 32-bit integers, and as fast as they can be (VNNI). Found
// out by multiplying: could_pack() says no on processors without AMX, where they work all the same.
bool has_block_products(at::ScalarType type);

// The right side of a product is read in groups of so many rows, element by element: four bytes at a time.
template <typename T>
constexpr std::int64_t kRightGroup = 4 / static_cast<std::int64_t>(sizeof(T));

// Where the element of row k and column n lies in a right side with rows of `width`.
template <typename T>
constexpr std::int64_t in_right_side(std::int64_t k, std::int64_t n, std::int64_t width) {
  constexpr std::int64_t kGroup = kRightGroup<T>;
  return k / kGroup * kGroup * width + n * kGroup + k % kGroup;
}

}  // namespace tn
