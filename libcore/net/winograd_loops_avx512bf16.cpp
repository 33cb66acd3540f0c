// Compiled with the flags of its instruction set (CMakeLists.txt).
#define TN_LOOPS kAvx512Bf16Winograd
#define TN_LOOPS_NAME "avx512bf16"
#include "libcore/net/winograd_loops.inc"
