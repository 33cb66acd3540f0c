#define TN_LOOPS kPlainPointwise
#include "libcore/net/pointwise_loops.inc"

#include "libcore/net/attention_loops.hpp"

namespace tn {

const PointwiseLoops& pointwise_loops() {
  return &attention_loops() == &kPlainLoops ? kPlainPointwise : kAvx512Pointwise;
}

}  // namespace tn
