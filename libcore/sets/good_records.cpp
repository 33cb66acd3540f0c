#include "libcore/sets/good_records.hpp"

#include <mutex>

#include "libcore/base/error.hpp"
#include "libcore/base/interrupt.hpp"
#include "libcore/image/ordered.hpp"

namespace tn {

void for_each_ticking(std::size_t count, int jobs, const Tick& tick,
                      const std::function<void(std::size_t)>& work) {
  std::mutex ticking;
  for_each_index(count, jobs, [&](std::size_t i) {
    stop_if_interrupted();
    work(i);
    const std::lock_guard lock(ticking);
    tick();
  });
}

std::vector<std::string> for_each_good(std::vector<Record>& records, int jobs, const Tick& tick,
                                       const std::function<void(std::size_t)>& work) {
  std::vector<std::string> failed(records.size());
  for_each_ticking(records.size(), jobs, tick, [&](std::size_t i) {
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
