#define TN_LOOPS kPlainWinograd
#define TN_LOOPS_NAME "plain"
#include "libcore/net/winograd_loops.inc"

#include "libcore/net/attention_loops.hpp"

namespace tn {

const WinogradLoops& winograd_loops() {
  const AttentionLoops& like = attention_loops();
  if (&like == &kPlainLoops) return kPlainWinograd;
  return &like == &kAvx512Loops ? kAvx512Winograd : kAvx512Bf16Winograd;
}

}  // namespace tn
