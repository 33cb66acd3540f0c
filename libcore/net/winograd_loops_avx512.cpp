// Compiled with the flags of its instruction set (CMakeLists.txt).
#define TN_LOOPS kAvx512Winograd
#define TN_LOOPS_NAME "avx512"
#include "libcore/net/winograd_loops.inc"
