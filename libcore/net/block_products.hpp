// Which of LibTorch's block products (at::native::cpublas::brgemm) this processor has.
#pragma once

#include <c10/core/ScalarType.h>

namespace tn {

// Whether products of blocks in that type, float32 or bfloat16, with sums in float32 work here; in bfloat16
// with the right side in pairs of rows. Found out by multiplying: could_pack() says no on processors without
// AMX, where they work all the same.
bool has_block_products(at::ScalarType type);

}  // namespace tn
