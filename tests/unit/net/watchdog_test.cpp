#include "libcore/net/watchdog.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

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
  const auto before = Clock::now();
  const Watchdog watchdog(
      50ms, [] { return false; }, [&] { ++ended; });
  EXPECT_TRUE(comes([&] { return ended > 0; }));
  EXPECT_GE(Clock::now() - before, 50ms);
}

TEST(Watchdog, AsksNoMoreOnceItHasEndedTheWait) {
  std::atomic<int> ended = 0, asked = 0;
  const Watchdog watchdog(
      10ms, [&] { return ++asked < 0; }, [&] { ++ended; });
  EXPECT_TRUE(comes([&] { return ended > 0; }));
  const int before = asked;
  std::this_thread::sleep_for(50ms);
  EXPECT_EQ(asked, before);
  EXPECT_EQ(ended, 1);
}

TEST(Watchdog, LeavesAloneWhatMoves) {
  std::atomic<int> ended = 0, asked = 0;
  const Watchdog watchdog(
      20s, [&] { return ++asked % 2 == 0; }, [&] { ++ended; });
  EXPECT_TRUE(comes([&] { return asked >= 4; }));
  EXPECT_EQ(ended, 0);
}

// A wait begins anew whenever something moves.
TEST(Watchdog, CountsFromTheLastMove) {
  std::atomic<bool> stands = false;
  std::atomic<int> ended = 0;
  const Watchdog watchdog(
      30ms, [&] { return !stands; }, [&] { ++ended; });
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(ended, 0);
  const auto before = Clock::now();
  stands = true;
  EXPECT_TRUE(comes([&] { return ended > 0; }));
  EXPECT_GE(Clock::now() - before, 25ms);  // the last move may lie a pause back
}

TEST(Watchdog, IsGoneAtOnce) {
  const auto before = Clock::now();
  {
    const Watchdog watchdog(
        1h, [] { return false; }, [] {});
  }
  EXPECT_LT(Clock::now() - before, 60s);
}

}  // namespace
}  // namespace tn
