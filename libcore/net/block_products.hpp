// Which of LibTorch's block products (at::native::cpublas::brgemm) this processor has.
#pragma once

#include <c10/core/ScalarType.h>

namespace tn {

// Whether products of blocks in that type work here: float32, or bfloat16 with the right side in pairs of
// rows, both with sums in float32; kByte: bytes without a sign by bytes with one, these in groups of four
// rows, with sums in 32-bit integers, and as fast as they can be (VNNI). Found out by multiplying:
// could_pack() says no on processors without AMX, where they work all the same.
bool has_block_products(at::ScalarType type);

}  // namespace tn
