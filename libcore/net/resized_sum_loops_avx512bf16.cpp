// Compiled with the flags of its instruction set (CMakeLists.txt).
#define TN_LOOPS kAvx512Bf16ResizedSum
#define TN_LOOPS_NAME "avx512bf16"
#include "libcore/net/resized_sum_loops.inc"
