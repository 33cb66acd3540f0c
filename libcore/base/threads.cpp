#include "libcore/base/threads.hpp"

#include <sched.h>

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "libcore/base/error.hpp"

namespace tn {
namespace {

// Those that this process may run on (taskset, batch systems), not those of the machine.
std::int64_t usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return static_cast<std::int64_t>(std::max(1U, std::thread::hardware_concurrency()));
}

}  // namespace

int thread_count(std::int64_t jobs) {
  if (jobs < 0) throw Error(Exit::usage, "--jobs: {} is not a number from 0 up", jobs);
  const std::int64_t cores = usable_cores();
  return static_cast<int>(jobs == 0 ? cores : std::min(jobs, cores));
}

void let_idle_threads_sleep() {
  if (std::getenv("OMP_WAIT_POLICY") == nullptr) ::setenv("GOMP_SPINCOUNT", "10000", /*overwrite=*/0);
}

}  // namespace tn
