#include "libcore/net/watchdog.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace tn {
namespace {

using Clock = std::chrono::steady_clock;

void watch(const std::stop_token& end, std::chrono::duration<double> limit,
           const std::function<bool()>& moves, const std::function<void()>& stranded) {
  const auto pause = std::max<std::chrono::duration<double>>(limit / 20, std::chrono::milliseconds(1));
  std::mutex mutex;
  std::condition_variable_any ended;
  Clock::time_point moved = Clock::now();
  std::unique_lock lock(mutex);
  while (!ended.wait_for(lock, end, pause, [&end] { return end.stop_requested(); })) {
    if (moves())
      moved = Clock::now();
    else if (Clock::now() - moved > limit)
      return stranded();
  }
}

}  // namespace

Watchdog::Watchdog(std::chrono::duration<double> limit, std::function<bool()> moves,
                   std::function<void()> stranded)
    : thread_([limit, moves = std::move(moves), stranded = std::move(stranded)](const std::stop_token& end) {
        watch(end, limit, moves, stranded);
      }) {}

}  // namespace tn
