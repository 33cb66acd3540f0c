// How many threads --jobs means.
#pragma once

#include <cstdint>

namespace tn {

// 0: every core; otherwise `jobs`, but never more than there are cores. Throws Error(usage) below 0.
int thread_count(std::int64_t jobs);

}  // namespace tn
