#include "libcore/base/interrupt.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <csignal>

namespace {

TEST(InterruptScope, NotesTheFirstSignal) {
  const tn::InterruptScope scope;
  EXPECT_EQ(tn::interrupt_signal(), 0);
  std::raise(SIGTERM);
  EXPECT_EQ(tn::interrupt_signal(), SIGTERM);
}
TEST(InterruptScope, StartsWithNoSignal) {
  {
    const tn::InterruptScope scope;
    std::raise(SIGINT);
  }
  const tn::InterruptScope scope;
  EXPECT_EQ(tn::interrupt_signal(), 0);
}
TEST(InterruptScopeDeathTest, SecondSignalEndsTheProcess) {
  EXPECT_EXIT(
      {
        const tn::InterruptScope scope;
        std::raise(SIGINT);
        std::raise(SIGINT);
      },
      testing::KilledBySignal(SIGINT), "");
}
TEST(InterruptScopeDeathTest, AfterwardsASignalEndsTheProcess) {
  EXPECT_EXIT(
      {
        { const tn::InterruptScope scope; }
        std::raise(SIGTERM);
      },
      testing::KilledBySignal(SIGTERM), "");
}
TEST(InterruptHandle, BecomesReadableWithTheSignal) {
  const tn::InterruptScope scope;
  pollfd wait{tn::interrupt_handle(), POLLIN, 0};
  EXPECT_EQ(::poll(&wait, 1, 0), 0);
  std::raise(SIGINT);
  EXPECT_EQ(::poll(&wait, 1, 0), 1);
}
TEST(InterruptHandle, IsNoneOutsideAScope) {
  { const tn::InterruptScope scope; }
  EXPECT_EQ(tn::interrupt_handle(), -1);
}
TEST(RaiseAgainDeathTest, EndsByTheSignal) {
  EXPECT_EXIT(tn::raise_again(SIGINT), testing::KilledBySignal(SIGINT), "");
}

}  // namespace
