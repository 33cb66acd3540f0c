#include "libcore/base/threads.hpp"

#include <algorithm>
#include <thread>

#include "libcore/base/error.hpp"

namespace tn {

int thread_count(std::int64_t jobs) {
  if (jobs < 0) throw Error(Exit::usage, "{} threads", jobs);
  const auto cores = static_cast<std::int64_t>(std::max(1U, std::thread::hardware_concurrency()));
  return static_cast<int>(jobs == 0 ? cores : std::min(jobs, cores));
}

}  // namespace tn
