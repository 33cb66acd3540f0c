#define TN_LOOPS kPlainLoops
#define TN_LOOPS_NAME "plain"
#include "libcore/net/attention_loops.inc"

#include "libcore/net/instruction_set.hpp"

namespace tn {

const AttentionLoops& attention_loops() {
  return fastest(kPlainLoops, kAvx512Loops, kAvx512Bf16Loops);
}

}  // namespace tn
