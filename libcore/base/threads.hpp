// How many threads --jobs means.
#pragma once

#include <cstdint>

namespace tn {

// 0: every core that the process may run on; otherwise `jobs`, but never more than those. Throws Error(usage)
// below 0.
int thread_count(std::int64_t jobs);

}  // namespace tn
