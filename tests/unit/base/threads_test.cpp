#include "libcore/base/threads.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <thread>

#include "libcore/base/error.hpp"

namespace tn {
namespace {

TEST(ThreadCount, OneIsOne) {
  EXPECT_EQ(thread_count(1), 1);
}

TEST(ThreadCount, ZeroIsEveryCore) {
  cpu_set_t all;
  ASSERT_EQ(::sched_getaffinity(0, sizeof all, &all), 0);
  EXPECT_EQ(thread_count(0), CPU_COUNT(&all));
}

// As under taskset or a batch system that gives one core.
TEST(ThreadCount, CountsTheCoresThatAreGiven) {
  std::jthread([] {
    cpu_set_t all;
    ASSERT_EQ(::sched_getaffinity(0, sizeof all, &all), 0);
    int first = 0;
    while (!CPU_ISSET(first, &all)) ++first;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
    EXPECT_EQ(thread_count(0), 1);
    EXPECT_EQ(thread_count(8), 1);
  });
}

TEST(ThreadCount, NeverMoreThanCores) {
  EXPECT_EQ(thread_count(1'000'000), thread_count(0));
}

TEST(ThreadCount, BelowZeroIsRefused) {
  EXPECT_THROW(thread_count(-1), Error);
}

}  // namespace
}  // namespace tn
