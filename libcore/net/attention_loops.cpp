#define TN_LOOPS kPlainLoops
#define TN_LOOPS_NAME "plain"
#include "libcore/net/attention_loops.inc"

namespace tn {

const AttentionLoops& attention_loops() {
  const bool avx512 = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
                      __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0;
  if (!avx512) return kPlainLoops;
  return __builtin_cpu_supports("avx512bf16") != 0 ? kAvx512Bf16Loops : kAvx512Loops;
}

}  // namespace tn
