#include "libcore/base/memory.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <vector>

namespace {

long faults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

// New pages that a hundred rounds take of four images of 8 MB, alive together; each has 2048. Of one image a
// round glibc would keep the memory unasked: the first that is freed raises its threshold.
long faults_of_images() {
  const long before = faults();
  for (int i = 0; i < 100; ++i) {
    std::vector<std::vector<char>> images(4);
    for (std::vector<char>& image : images) image.assign(8 << 20, static_cast<char>(i));
    volatile const char seen = images.back()[static_cast<std::size_t>(i)];
    EXPECT_EQ(seen, i);
  }
  return faults() - before;
}

TEST(KeepFreedMemory, ImagesThatComeAndGoTakeTheSamePages) {
#ifndef __GLIBC__
  GTEST_SKIP() << "not glibc";
#endif
  tn::keep_freed_memory();
  EXPECT_LT(faults_of_images(), 20'000);  // 800,000 where they are given back
}

}  // namespace
