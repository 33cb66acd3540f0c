#include "libcore/net/ema.hpp"

#include <ATen/ops/full.h>
#include <gtest/gtest.h>

namespace tn {
namespace {

TEST(Ema, FollowsTheSourceByOneMinusDecay) {
  const at::Tensor w = at::full({2}, 0.0, at::kFloat);
  Ema ema({{"w", w}}, 0.75);
  w.fill_(8);
  ema.update({{"w", w}}, 1000);
  EXPECT_FLOAT_EQ(ema.state()[0].second[0].item<float>(), 2.0F);
}

// At step 0 the decay is 1/10: early weights are forgotten quickly.
TEST(Ema, EarlyStepsForgetQuickly) {
  const at::Tensor w = at::full({1}, 0.0, at::kFloat);
  Ema ema({{"w", w}}, 0.99);
  w.fill_(10);
  ema.update({{"w", w}}, 0);
  EXPECT_FLOAT_EQ(ema.state()[0].second.item<float>(), 9.0F);
}

TEST(Ema, CountsAreCopiedNotAveraged) {
  const at::Tensor n = at::full({}, 3, at::kLong);
  Ema ema({{"n", n}}, 0.5);
  n.fill_(8);
  ema.update({{"n", n}}, 100);
  EXPECT_EQ(ema.state()[0].second.item<std::int64_t>(), 8);
}

TEST(Ema, SwappingTwiceChangesNothing) {
  const at::Tensor w = at::full({1}, 1.0, at::kFloat);
  Ema ema({{"w", w}}, 0.5);
  w.fill_(3);
  ema.swap({{"w", w}});
  EXPECT_FLOAT_EQ(w.item<float>(), 1.0F);
  ema.swap({{"w", w}});
  EXPECT_FLOAT_EQ(w.item<float>(), 3.0F);
  EXPECT_FLOAT_EQ(ema.state()[0].second.item<float>(), 1.0F);
}

}  // namespace
}  // namespace tn
