#define TN_LOOPS kPlainResizedSum
#define TN_LOOPS_NAME "plain"
#include "libcore/net/resized_sum_loops.inc"

#include "libcore/net/instruction_set.hpp"

namespace tn {

const ResizedSumLoops& resized_sum_loops() {
  return fastest(kPlainResizedSum, kAvx512ResizedSum, kAvx512Bf16ResizedSum);
}

}  // namespace tn
