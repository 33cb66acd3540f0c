#define TN_LOOPS kPlainPointwise
#include "libcore/net/pointwise_loops.inc"

#include "libcore/net/attention_loops.hpp"

namespace tn {

const PointwiseLoops& pointwise_loops() {
  const AttentionLoops& like = attention_loops();
  if (&like == &kPlainLoops) return kPlainPointwise;
  return &like == &kAvx512Loops ? kAvx512Pointwise : kAvx512Bf16Pointwise;
}

}  // namespace tn
