#include "libcore/base/interrupt.hpp"

#include <gtest/gtest.h>

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
TEST(RaiseAgainDeathTest, EndsByTheSignal) {
  EXPECT_EXIT(tn::raise_again(SIGINT), testing::KilledBySignal(SIGINT), "");
}

}  // namespace
