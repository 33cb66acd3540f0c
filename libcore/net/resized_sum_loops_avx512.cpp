// Compiled with the flags of its instruction set (CMakeLists.txt).
#define TN_LOOPS kAvx512ResizedSum
#define TN_LOOPS_NAME "avx512"
#include "libcore/net/resized_sum_loops.inc"
