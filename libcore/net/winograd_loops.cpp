#define TN_LOOPS kPlainWinograd
#define TN_LOOPS_NAME "plain"
#include "libcore/net/winograd_loops.inc"

#include "libcore/net/instruction_set.hpp"

namespace tn {

const WinogradLoops& winograd_loops() {
  return fastest(kPlainWinograd, kAvx512Winograd, kAvx512Bf16Winograd);
}

}  // namespace tn
