#include "libcore/net/micro_batches.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace tn {
namespace {

using testing::ElementsAre;

TEST(CutBatch, LeavesNoSmallRest) {
  EXPECT_THAT(cut_batch(8, 4), ElementsAre(4, 4));
  EXPECT_THAT(cut_batch(7, 3), ElementsAre(3, 2, 2));
  EXPECT_THAT(cut_batch(5, 4), ElementsAre(3, 2));
  EXPECT_THAT(cut_batch(3, 8), ElementsAre(3));
  EXPECT_THAT(cut_batch(2, 1), ElementsAre(1, 1));
}

TEST(MoreParts, AreTwiceAsManyUntilAPartWouldBeTooSmall) {
  EXPECT_EQ(more_parts(8, 1, 1), 2);
  EXPECT_EQ(more_parts(6, 2, 2), 3);  // 3 3 -> 2 2 2, where four parts would be 2 2 1 1
  EXPECT_EQ(more_parts(6, 3, 2), std::nullopt);
  EXPECT_EQ(more_parts(3, 1, 2), std::nullopt);
  EXPECT_EQ(more_parts(1, 1, 1), std::nullopt);
}

TEST(MoreParts, OfWhichTheLargestIsNoSmallerAreNone) {
  EXPECT_EQ(more_parts(11, 4, 2), std::nullopt);  // 3 3 3 2 -> 3 2 2 2 2
  EXPECT_EQ(more_parts(3, 8, 1), std::nullopt);   // one image each already
}

// From one part on, as the trainer does where memory ends again and again.
TEST(MoreParts, KeepEveryPartLargeEnoughForEveryBatch) {
  for (std::int64_t least = 1; least <= 3; ++least)
    for (std::int64_t images = least; images <= 40; ++images)
      for (std::optional<std::int64_t> parts = 1; parts; parts = more_parts(images, *parts, least)) {
        const std::int64_t most = largest_part(images, *parts);
        const std::vector<std::int64_t> sizes = cut_batch(images, most);
        EXPECT_GE(std::ranges::min(sizes), least) << images << " in " << *parts;
        EXPECT_EQ(std::ranges::max(sizes), most) << images << " in " << *parts;
        EXPECT_EQ(std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0}), images);
      }
}

}  // namespace
}  // namespace tn
