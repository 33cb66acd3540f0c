// Ends waits that cannot be broken off.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace tn {

class Watchdog {
 public:
  // From a thread of its own asks `moves`, twenty times a limit but at most a thousand times a second,
  // whether something has moved on since it was last asked, or nothing is awaited. Once the answer has been
  // no for `limit`, calls `stranded` and asks no more. Neither may throw.
  Watchdog(std::chrono::duration<double> limit, std::function<bool()> moves, std::function<void()> stranded);

 private:
  std::jthread thread_;
};

}  // namespace tn
