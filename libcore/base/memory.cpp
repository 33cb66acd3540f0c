#include "libcore/base/memory.hpp"

#include <cstdlib>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace tn {

void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most that glibc takes; larger ones are still mapped alone
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
}

}  // namespace tn
