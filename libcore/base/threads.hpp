// How many threads --jobs means, and how they wait.
#pragma once

#include <cstdint>

namespace tn {

// 0: every core that the process may run on; otherwise `jobs`, but never more than those. Throws Error(usage)
// below 0.
int thread_count(std::int64_t jobs);

// From now on a thread of OpenMP that has nothing to do sleeps after some 0.1 ms instead of 3 or more, during
// which it would take a core from the threads that work. Must come before OpenMP's library is loaded; what
// the user has set (GOMP_SPINCOUNT, OMP_WAIT_POLICY) stays.
void let_idle_threads_sleep();

}  // namespace tn
