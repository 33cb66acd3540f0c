#include "libcore/net/watchdog.hpp"

#include <gtest/gtest.h>

#include <atomic>

namespace tn {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Until it holds, for a minute at most.
template <typename Condition>
bool comes(const Condition& condition) {
  for (const auto end = Clock::now() + 60s; Clock::now() < end; std::this_thread::sleep_for(1ms))
    if (condition()) return true;
  return false;
}

TEST(Watchdog, EndsAWaitThatIsTooLong) {
  std::atomic<int> ended = 0;
  Watchdog watchdog(50ms, [&] { ++ended; });
  const auto before = Clock::now();
  watchdog.alive();
  EXPECT_TRUE(comes([&] { return ended > 0; }));
  EXPECT_GE(Clock::now() - before, 50ms);
  std::this_thread::sleep_for(150ms);
  EXPECT_EQ(ended, 1);
}

TEST(Watchdog, CountsFromTheLastSignOfLife) {
  std::atomic<bool> ended = false;
  std::atomic<Clock::time_point> end;
  Watchdog watchdog(500ms, [&] {
    end = Clock::now();
    ended = true;
  });
  Clock::time_point last;
  for (int i = 0; i < 40; ++i) {
    last = Clock::now();
    watchdog.alive();
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_TRUE(comes([&] { return ended.load(); }));
  EXPECT_GE(end.load() - last, 500ms);
}

TEST(Watchdog, LeavesAloneWhatHasEnded) {
  std::atomic<int> ended = 0;
  Watchdog watchdog(20ms, [&] { ++ended; });
  watchdog.alive();
  watchdog.done();
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(ended, 0);
}

TEST(Watchdog, WatchesWhatBeginsAfterAnEnd) {
  std::atomic<int> ended = 0;
  Watchdog watchdog(20ms, [&] { ++ended; });
  watchdog.alive();
  watchdog.done();
  std::this_thread::sleep_for(50ms);
  watchdog.alive();
  EXPECT_TRUE(comes([&] { return ended > 0; }));
}

TEST(Watchdog, IsGoneAtOnce) {
  const auto before = Clock::now();
  {
    Watchdog watchdog(1h, [] {});
    watchdog.alive();
  }
  {
    const Watchdog idle(1h, [] {});
  }
  EXPECT_LT(Clock::now() - before, 60s);
}

}  // namespace
}  // namespace tn
