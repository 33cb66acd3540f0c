#include "libcore/eval/statistics.hpp"

#include <gtest/gtest.h>

namespace tn {
namespace {

TEST(Spread, HandWorked) {
  const Spread found = spread({4, 1, 2, 9});
  EXPECT_EQ(found.n, 4);
  EXPECT_DOUBLE_EQ(*found.mean, 4);
  EXPECT_DOUBLE_EQ(*found.median, 3);              // of 2 and 4
  EXPECT_DOUBLE_EQ(*found.sd, 3.559026084010437);  // sqrt(38 / 3)
}

TEST(Spread, MedianOfAnOddNumberIsTheMiddleOne) {
  EXPECT_DOUBLE_EQ(*spread({5, 1, 3}).median, 3);
}

TEST(Spread, OneValueHasNoDeviation) {
  EXPECT_DOUBLE_EQ(*spread({0.5}).mean, 0.5);
  EXPECT_EQ(spread({0.5}).sd, std::nullopt);
}

TEST(Spread, NoValueHasNoMean) {
  EXPECT_EQ(spread({}), Spread{});
}

}  // namespace
}  // namespace tn
