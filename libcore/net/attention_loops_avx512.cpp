// Compiled with the flags of its instruction set (CMakeLists.txt).
#define TN_LOOPS kAvx512Loops
#define TN_LOOPS_NAME "avx512"
#include "libcore/net/attention_loops.inc"
