#include "libcore/net/fusion.hpp"

#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "libcore/net/block_products.hpp"
#include "libcore/net/foldable.hpp"
#include "libcore/net/runtime.hpp"
#include "tests/unit/net/tensors.hpp"

namespace tn {
namespace {

constexpr std::int64_t kOut = 32;

Pyramid pyramid() {
  return {{},
          test::formula(1, {2, 32, 25, 23}).requires_grad_(),
          test::formula(2, {2, 64, 12, 11}).requires_grad_(),
          test::formula(3, {2, 96, 6, 5}).requires_grad_(),
          test::formula(4, {2, 128, 3, 2}).requires_grad_()};
}

Fusion filled() {
  Fusion fusion(vovnet_tiny(), kOut);
  test::fill_by_formula(*fusion);
  return fusion;
}

TEST(Fusion, EqualsLiteral) {
  Fusion fusion = filled();
  const Pyramid f = pyramid();
  EXPECT_LT(test::largest_difference(fusion->forward(f), fusion->literal(f)), 1e-4);
}

TEST(Fusion, GradientEqualsLiteral) {
  Fusion fusion = filled();
  const at::Tensor direction = test::formula(9, {2, kOut, 25, 23});
  const auto gradients = [&](bool sliced) {
    const Pyramid f = pyramid();
    fusion->zero_grad();
    (sliced ? fusion->forward(f) : fusion->literal(f)).backward(direction);
    return std::vector<at::Tensor>{f.f1.grad(), f.f2.grad(),           f.f3.grad(),
                                   f.f4.grad(), fusion->weight.grad(), fusion->bias.grad()};
  };
  const auto sliced = gradients(true), literal = gradients(false);
  for (std::size_t i = 0; i < sliced.size(); ++i)
    EXPECT_LT(test::largest_difference(sliced[i], literal[i]), 1e-4 * literal[i].abs().max().item<double>())
        << i;
}

TEST(Fusion, AlignsCorners) {
  Fusion fusion(VovNetLayout{{}, {}, {1, 1, 1, 1}, {}}, 1);
  const at::NoGradGuard no_gradients;
  fusion->weight.copy_(at::tensor({0.0F, 1.0F, 0.0F, 0.0F}).view({1, 4, 1, 1}));
  fusion->bias.fill_(10);
  const at::Tensor point = at::zeros({1, 1, 1, 1});
  // F2 holds 0 and 6 in a row; F1 is four wide: the ends stay, two thirds between.
  const at::Tensor fused = fusion->forward(
      {{}, at::zeros({1, 1, 1, 4}), at::tensor({0.0F, 6.0F}).view({1, 1, 1, 2}), point, point});
  EXPECT_LT(test::largest_difference(fused, at::tensor({10.0F, 12.0F, 14.0F, 16.0F}).view({1, 1, 1, 4})),
            1e-5);
}

TEST(Fusion, StaysInChannelsLastOrderUnderAutocast) {
  Fusion fusion = filled();
  Pyramid f = pyramid();
  for (at::Tensor* level : {&f.f1, &f.f2, &f.f3, &f.f4}) *level = test::channels_last(*level);
  const Autocast on(true);
  const at::Tensor fused = fusion->forward(f);
  EXPECT_TRUE(fused.is_contiguous(at::MemoryFormat::ChannelsLast));
  EXPECT_EQ(fused.scalar_type(), at::kBFloat16);
}

// Folded for inference, with sums that are negative too; the levels are behind a ReLU.
TEST(Fusion, FoldedForInferenceAnswersAsBefore) {
  const at::NoGradGuard no_gradients;
  Pyramid f = pyramid();
  for (at::Tensor* level : {&f.f1, &f.f2, &f.f3, &f.f4}) *level = test::channels_last(level->detach().relu());
  Fusion fusion = filled();
  const at::Tensor expected = fusion->forward(f);
  ASSERT_LT(expected.min().item<float>(), 0);
  fold_for_inference(*fusion, at::kFloat);
  EXPECT_LT(test::largest_difference(fusion->forward(f), expected), 1e-5);
  Fusion half = filled();
  fold_for_inference(*half, at::kBFloat16);
  const Autocast on(true);
  const at::Tensor fused = half->forward(f);
  EXPECT_EQ(fused.scalar_type(), at::kBFloat16);
  EXPECT_TRUE(fused.is_contiguous(at::MemoryFormat::ChannelsLast));
  EXPECT_LT(test::largest_difference(fused.to(at::kFloat), expected),
            0.03 * expected.abs().max().item<double>());
}

// The bias is added in float32: rounded to bfloat16, 1.0049 would be 1.0078, and the sum the next number.
TEST(Fusion, FoldedInBfloat16KeepsItsBiasInFloat32) {
  const at::NoGradGuard no_gradients;
  Fusion fusion(VovNetLayout{{}, {}, {16, 16, 16, 16}, {}}, 16);
  fusion->weight.zero_().select(1, 0).fill_(1.0078125F);
  fusion->bias.fill_(1.0048828125F);
  const at::Tensor zeros = test::channels_last(at::zeros({1, 16, 2, 2}));
  const at::Tensor f1 = zeros.clone();
  f1.select(1, 0).fill_(1.0078125F);
  if (!has_block_products(at::kBFloat16)) GTEST_SKIP() << "this processor has no bfloat16 products (AVX-512)";
  fold_for_inference(*fusion, at::kBFloat16);
  ASSERT_EQ(fusion->weight.numel(), 0);
  const at::Tensor fused = fusion->forward({{}, f1, zeros, zeros, zeros}).to(at::kFloat);
  EXPECT_EQ(test::largest_difference(fused, at::full({1, 16, 2, 2}, 2.015625F)), 0);
}

}  // namespace
}  // namespace tn
