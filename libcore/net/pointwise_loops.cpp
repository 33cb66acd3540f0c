#define TN_LOOPS kPlainPointwise
#include "libcore/net/pointwise_loops.inc"

#include "libcore/net/instruction_set.hpp"

namespace tn {

const PointwiseLoops& pointwise_loops() {
  return fastest(kPlainPointwise, kAvx512Pointwise, kAvx512Bf16Pointwise);
}

}  // namespace tn
