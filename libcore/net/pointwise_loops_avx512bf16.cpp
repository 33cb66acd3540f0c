// Compiled with the flags of its instruction set (CMakeLists.txt).
#define TN_LOOPS kAvx512Bf16Pointwise
#include "libcore/net/pointwise_loops.inc"
