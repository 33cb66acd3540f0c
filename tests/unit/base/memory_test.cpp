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

// New pages that a hundred images of 8 MB take, one after the other; each has 2048.
long faults_of_images() {
  const long before = faults();
  for (int i = 0; i < 100; ++i) {
    std::vector<char> image(8 << 20, static_cast<char>(i));
    volatile const char seen = image[static_cast<std::size_t>(i)];
    EXPECT_EQ(seen, i);
  }
  return faults() - before;
}

TEST(KeepFreedMemory, ImagesOneAfterTheOtherTakeTheSamePages) {
#ifndef __GLIBC__
  GTEST_SKIP() << "not glibc";
#endif
  tn::keep_freed_memory();
  EXPECT_LT(faults_of_images(), 10'000);  // 200,000 where each is mapped anew
}

}  // namespace
