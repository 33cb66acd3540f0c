#include "libcore/base/threads.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "libcore/base/error.hpp"

namespace tn {
namespace {

TEST(ThreadCount, OneIsOne) {
  EXPECT_EQ(thread_count(1), 1);
}

TEST(ThreadCount, ZeroIsEveryCore) {
  EXPECT_EQ(thread_count(0), static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
}

TEST(ThreadCount, NeverMoreThanCores) {
  EXPECT_EQ(thread_count(1'000'000), thread_count(0));
}

TEST(ThreadCount, BelowZeroIsRefused) {
  EXPECT_THROW(thread_count(-1), Error);
}

}  // namespace
}  // namespace tn
