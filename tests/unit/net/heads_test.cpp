#include "libcore/net/heads.hpp"

#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <array>

#include "libcore/net/initialise.hpp"
#include "libcore/net/runtime.hpp"
#include "tests/unit/net/tensors.hpp"

namespace tn {
namespace {

constexpr std::int64_t kMany = 1000;

MaskHead summing(std::int64_t in) {
  MaskHead head(in, 1);
  const at::NoGradGuard no_gradients;
  head->weight.fill_(1);
  head->bias.fill_(0);
  return head;
}

// How many of 1000 channels a training pass kept.
double kept(std::uint64_t seed) {
  MaskHead head = summing(kMany);
  return head->forward(at::ones({1, kMany, 1, 1}), {1, 1}, std::array{seed}).item<double>() * 0.9;
}

TEST(MaskHead, ResizesWithAlignedCorners) {
  MaskHead head = summing(1);
  head->eval();
  const at::Tensor logits = head->forward(at::tensor({0.0F, 6.0F}).view({1, 1, 1, 2}), {1, 4}, {});
  EXPECT_LT(test::largest_difference(logits, at::tensor({0.0F, 2.0F, 4.0F, 6.0F}).view({1, 1, 1, 4})), 1e-6);
}

TEST(MaskHead, DropsATenthOfTheChannelsInTraining) {
  EXPECT_NEAR(kept(1), std::round(kept(1)), 1e-2);  // whole channels
  EXPECT_GT(kept(1), 860);
  EXPECT_LT(kept(1), 940);
}

TEST(MaskHead, DropsByItsGeneratorAlone) {
  EXPECT_EQ(kept(1), kept(1));
  EXPECT_NE(kept(1), kept(2));
}

TEST(MaskHead, DropsNothingInEvaluation) {
  MaskHead head = summing(kMany);
  head->eval();
  EXPECT_EQ(head->forward(at::ones({1, kMany, 1, 1}), {1, 1}, {}).item<float>(), 1000);
}

TEST(ClassHead, AveragesOverSpace) {
  ClassHead head(2, 2);
  const at::NoGradGuard no_gradients;
  head->weight.copy_(at::tensor({1.0F, 0.0F, 1.0F, -1.0F}).view({2, 2}));
  head->bias.copy_(at::tensor({0.5F, 0.0F}));
  // Means 2 and 5: 2 + 0.5 and 2 - 5.
  const at::Tensor logits = head->forward(at::tensor({1.0F, 3.0F, 4.0F, 6.0F}).view({1, 2, 1, 2}));
  EXPECT_LT(test::largest_difference(logits, at::tensor({2.5F, -3.0F}).view({1, 2})), 1e-6);
}

TEST(Heads, GiveFloat32UnderAutocast) {
  MaskHead mask = summing(4);
  ClassHead classes(4, 2);
  const at::Tensor features = at::ones({1, 4, 2, 2}, at::kBFloat16);
  const Autocast on(true);
  EXPECT_EQ(mask->forward(features, {4, 4}, {}).scalar_type(), at::kFloat);
  EXPECT_EQ(classes->forward(features).scalar_type(), at::kFloat);
}

}  // namespace
}  // namespace tn
