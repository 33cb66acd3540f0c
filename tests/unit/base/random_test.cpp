#include "libcore/base/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace {

using Words = std::array<std::uint32_t, 4>;

// The known answers that come with Random123 (kat_vectors, philox4x32 10).
TEST(Philox, KnownAnswerForZeros) {
  EXPECT_EQ(tn::philox({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
}
TEST(Philox, KnownAnswerForOnes) {
  const std::uint32_t ones = 0xffffffff;
  EXPECT_EQ(tn::philox({ones, ones, ones, ones}, {ones, ones}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
}
TEST(Philox, KnownAnswerForDigitsOfPi) {
  EXPECT_EQ(tn::philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, SameKeySameStream) {
  tn::Random a(7, "flip", 3);
  tn::Random b(7, "flip", 3);
  for (int i = 0; i < 9; ++i) EXPECT_EQ(a.word(), b.word());
}
TEST(Random, SeedNameAndIndexEachMakeAnotherStream) {
  const std::uint32_t word = tn::Random(7, "flip", 3).word();
  EXPECT_NE(tn::Random(8, "flip", 3).word(), word);
  EXPECT_NE(tn::Random(7, "crop", 3).word(), word);
  EXPECT_NE(tn::Random(7, "flip", 4).word(), word);
  EXPECT_NE(tn::Random(7 + (1ULL << 32), "flip", 3).word(), word);
}
TEST(Random, UniformStaysInItsInterval) {
  tn::Random random(1, "test");
  double sum = 0;
  for (int i = 0; i < 10000; ++i) {
    const double value = random.uniform(-2, 6);
    ASSERT_GE(value, -2);
    ASSERT_LT(value, 6);
    sum += value;
  }
  EXPECT_NEAR(sum / 10000, 2.0, 0.1);  // four standard errors
}
TEST(Random, BelowReachesEveryValueEquallyOften) {
  tn::Random random(1, "test");
  std::array<int, 3> seen{};
  for (int i = 0; i < 9000; ++i) ++seen.at(random.below(3));
  for (const int count : seen) EXPECT_NEAR(count, 3000, 180);  // four standard deviations
}
TEST(Random, BelowOneIsZero) {
  EXPECT_EQ(tn::Random(1, "test").below(1), 0U);
}
TEST(Random, BelowTakesTheHighWordFirst) {
  // A range of 2^64 - 1 refuses next to nothing, so that the value is the two words themselves.
  tn::Random words(5, "order");
  const std::uint64_t high = words.word();
  const std::uint64_t low = words.word();
  EXPECT_EQ(tn::Random(5, "order").below(UINT64_MAX), high << 32 | low);
}
TEST(Random, ChanceOfZeroNeverOfOneAlways) {
  tn::Random random(1, "test");
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(random.chance(0));
    EXPECT_TRUE(random.chance(1));
  }
}
TEST(Random, NormalHasMeanZeroAndDeviationOne) {
  tn::Random random(1, "test");
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < 20000; ++i) {
    const double value = random.normal();
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / 20000, 0, 0.03);
  EXPECT_NEAR(std::sqrt(squares / 20000), 1, 0.02);
}
TEST(Random, PermutationHoldsEveryIndexOnce) {
  std::vector<std::size_t> order = tn::Random(1, "test").permutation(50);
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(order[i], i);
}
TEST(Random, PermutationOfNothingIsEmpty) {
  EXPECT_TRUE(tn::Random(1, "test").permutation(0).empty());
}

}  // namespace
