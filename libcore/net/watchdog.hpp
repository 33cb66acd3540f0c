// Ends waits that cannot be broken off.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace tn {

// Looks at the clock alone: what hangs in a call does not hang it too.
class Watchdog {
 public:
  // Calls `stranded` from a thread of its own, once, where something is awaited and `limit` has passed since
  // the last alive(). It must not throw.
  Watchdog(std::chrono::duration<double> limit, std::function<void()> stranded);

  void alive();  // something is awaited, and goes on
  void done();   // nothing is awaited

 private:
  using Clock = std::chrono::steady_clock;

  void watch(const std::stop_token& end);

  Clock::duration limit_;
  std::function<void()> stranded_;
  std::mutex mutex_;
  std::condition_variable_any begun_;
  std::optional<Clock::time_point> since_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace tn
