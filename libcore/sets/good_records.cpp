#include "libcore/sets/good_records.hpp"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <csignal>
#include <mutex>

#include "libcore/base/error.hpp"
#include "libcore/base/interrupt.hpp"

namespace tn {

void for_each_index(std::size_t count, int jobs, const Tick& tick,
                    const std::function<void(std::size_t)>& work) {
  std::mutex ticking;
  tbb::task_arena arena(jobs);
  arena.execute([&] {
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, count), [&](const auto& range) {
      for (std::size_t i = range.begin(); i < range.end(); ++i) {
        if (const int signal = interrupt_signal(); signal != 0)
          throw Error(signal == SIGINT ? Exit::interrupted : Exit::terminated, "interrupted");
        work(i);
        const std::lock_guard lock(ticking);
        tick();
      }
    });
  });
}

std::vector<std::string> for_each_good(std::vector<Record>& records, int jobs, const Tick& tick,
                                       const std::function<void(std::size_t)>& work) {
  std::vector<std::string> failed(records.size());
  for_each_index(records.size(), jobs, tick, [&](std::size_t i) {
    try {
      if (!records[i].failed()) work(i);
    } catch (const Error& error) {
      failed[i] = error.what();
      records[i].fail("tn-split", error.kind(), error.what());
    }
  });
  std::erase(failed, "");
  return failed;
}

}  // namespace tn
