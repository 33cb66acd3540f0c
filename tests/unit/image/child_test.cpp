#include "libcore/image/child.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

namespace tn {
namespace {

TEST(RunInChild, TellsHowItEnded) {
  EXPECT_EQ(run_in_child([] {}, 5), ChildEnd::done);
  EXPECT_EQ(run_in_child([] { std::abort(); }, 5), ChildEnd::failed);
  EXPECT_EQ(run_in_child([] { ::_exit(3); }, 5), ChildEnd::failed);
}

TEST(RunInChild, EndsWorkWithoutEnd) {
  EXPECT_EQ(run_in_child(
                [] {
                  for (std::atomic<int> rounds = 0;;) ++rounds;
                },
                1),
            ChildEnd::out_of_time);
}

}  // namespace
}  // namespace tn
