#include "libcore/net/eca.hpp"

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include "tests/unit/net/tensors.hpp"

namespace tn {
namespace {

TEST(Eca, WeighsHandWorkedChannels) {
  Eca eca(3, EcaRule::fixed3);
  test::named(*eca, "conv.weight").detach().copy_(at::tensor({0.5F, 1.0F, -1.0F}).view({1, 1, 3}));
  // Means 1, 2, 4. Neighbours beyond the ends count 0:
  // 1 - 2 = -1; 0.5 + 2 - 4 = -1.5; 1 + 4 = 5; then the sigmoid.
  const at::Tensor features = at::tensor({0.0F, 2.0F, 1.0F, 3.0F, 4.0F, 4.0F}).view({1, 3, 1, 2});
  const at::Tensor expected = at::tensor({0.268941F, 0.182426F, 0.993307F}).view({1, 3, 1, 1});
  EXPECT_LT(test::largest_difference(eca->forward(features), expected), 1e-6);
}

// Fewer channels than taps, and more.
TEST(Eca, WeighsPoolsAsItWeighsFeatures) {
  for (const std::int64_t taps : {3, 5})
    for (const std::int64_t channels : {1, 2, 4, 20}) {
      Eca eca(taps);
      test::named(*eca, "conv.weight").detach().copy_(test::formula(1, {1, 1, taps}));
      const at::Tensor features = test::formula(2, {3, channels, 5, 4});
      const at::Tensor expected = eca->forward(features).view({3, channels});
      EXPECT_LT(test::largest_difference(eca->scale(features.mean({2, 3})), expected), 1e-6);
    }
}

TEST(Eca, HasOneFilterOfThreeTapsWithoutBias) {
  const Eca eca(1024, EcaRule::fixed3);
  ASSERT_EQ(eca->named_parameters().size(), 1U);
  EXPECT_EQ(test::named(*eca, "conv.weight").sizes(), (at::IntArrayRef{1, 1, 3}));
}

TEST(EcaKernel, IsThreeEverywhereByDefault) {
  EXPECT_EQ(eca_kernel(32, EcaRule::fixed3), 3);
  EXPECT_EQ(eca_kernel(1024, EcaRule::fixed3), 3);
}

TEST(EcaKernel, GrowsWithTheLogarithmOfTheChannels) {
  EXPECT_EQ(eca_kernel(8, EcaRule::adaptive), 3);     // 2, even, up
  EXPECT_EQ(eca_kernel(64, EcaRule::adaptive), 3);    // 3.5
  EXPECT_EQ(eca_kernel(128, EcaRule::adaptive), 5);   // 4, even, up
  EXPECT_EQ(eca_kernel(512, EcaRule::adaptive), 5);   // 5
  EXPECT_EQ(eca_kernel(1024, EcaRule::adaptive), 5);  // 5.5
  EXPECT_EQ(eca_kernel(2048, EcaRule::adaptive), 7);  // 6, even, up
}

}  // namespace
}  // namespace tn
