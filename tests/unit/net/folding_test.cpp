// Networks made ready to answer: the same answers as before.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/sigmoid.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "libcore/net/attention_loops.hpp"
#include "libcore/net/foldable.hpp"
#include "libcore/net/huge_pages.hpp"
#include "libcore/net/network.hpp"
#include "libcore/net/pointwise.hpp"
#include "libcore/net/pointwise_loops.hpp"
#include "libcore/net/registry.hpp"
#include "libcore/net/runtime.hpp"
#include "tests/unit/net/tensors.hpp"

namespace tn {
namespace {

using test::channels_last;
using test::formula;
using test::largest_difference;

// ---- 1x1 convolution of several tensors ----

struct PointwiseCase {
  at::ScalarType type;
  double tolerance;
};

class PointwiseOf : public testing::TestWithParam<PointwiseCase> {
 protected:
  void SetUp() override {
    if (!Pointwise::serves(weight(48), pieces_, GetParam().type))
      GTEST_SKIP() << "this processor has no block products (AVX-512)";
  }
  at::Tensor weight(std::int64_t out) const { return formula(1, {out, 30, 1, 1}); }
  at::Tensor features(int number, std::int64_t channels) const {
    return channels_last(formula(number, {2, channels, 5, 9}).to(GetParam().type));
  }

  std::vector<std::int64_t> pieces_{16, 4, 10};
  at::NoGradGuard no_gradients_;
};

// 45 pixels an image are no multiple of a block's; 272 channels more than one block of columns.
TEST_P(PointwiseOf, EqualsTheConvolutionOfTheConcatenation) {
  for (const std::int64_t out : {16, 48, 272}) {
    SCOPED_TRACE(out);
    const std::vector<at::Tensor> parts{features(2, 16), features(3, 4), features(4, 10)};
    const at::Tensor bias = formula(5, {out});
    at::Tensor means;
    const at::Tensor answer = Pointwise(weight(out), bias, pieces_, GetParam().type).forward(parts, &means);
    const at::Tensor expected =
        at::conv2d(at::cat(parts, 1).to(at::kFloat), weight(out).to(GetParam().type).to(at::kFloat), bias)
            .relu();
    EXPECT_EQ(answer.scalar_type(), GetParam().type);
    EXPECT_TRUE(answer.is_contiguous(at::MemoryFormat::ChannelsLast));
    EXPECT_LT(largest_difference(answer.to(at::kFloat), expected), GetParam().tolerance);
    EXPECT_LT(largest_difference(means, expected.mean({2, 3})), 1e-6);
  }
}

TEST_P(PointwiseOf, AddsAnotherTensorScaledByChannelAndImage) {
  const at::Tensor from = features(2, 30), other = features(3, 48), bias = formula(5, {48});
  const at::Tensor scale = formula(6, {2, 48});
  const at::Tensor answer =
      Pointwise(weight(48), bias, {30}, GetParam().type).forward_adding(from, other, scale);
  const at::Tensor product =
      at::conv2d(from.to(at::kFloat), weight(48).to(GetParam().type).to(at::kFloat), bias).relu();
  EXPECT_LT(largest_difference(answer.to(at::kFloat),
                               product.add(other.to(at::kFloat).mul(scale.view({2, 48, 1, 1})))),
            GetParam().tolerance);
}

INSTANTIATE_TEST_SUITE_P(Types, PointwiseOf,
                         testing::Values(PointwiseCase{at::kFloat, 1e-6}, PointwiseCase{at::kBFloat16, 0.02}),
                         [](const auto& of) { return of.param.type == at::kFloat ? "float32" : "bfloat16"; });

TEST(Pointwise, ServesNoOddSizes) {
  EXPECT_FALSE(Pointwise::serves(formula(1, {17, 4, 1, 1}), std::vector<std::int64_t>{4}, at::kFloat));
  EXPECT_FALSE(Pointwise::serves(formula(1, {16, 4, 3, 3}), std::vector<std::int64_t>{4}, at::kFloat));
  EXPECT_FALSE(Pointwise::serves(formula(1, {16, 3, 1, 1}), std::vector<std::int64_t>{3}, at::kBFloat16));
}

// max(0, 1 + 2) + 4 * 0.5 = 5 and max(0, -3 + 2) + 4 * 0.5 = 2.
TEST(PointwiseLoops, FinishByHandOnEveryInstructionSet) {
  std::vector<const PointwiseLoops*> all{&kPlainPointwise};
  if (&attention_loops() != &kPlainLoops) all.push_back(&kAvx512Pointwise);
  if (&attention_loops() == &kAvx512Bf16Loops) all.push_back(&kAvx512Bf16Pointwise);
  std::vector<float> products(32, 1.0F), bias(16, 2.0F), other(32, 4.0F), scale(16, 0.5F);
  std::fill(products.begin() + 16, products.end(), -3.0F);
  for (const PointwiseLoops* loops : all) {
    std::vector<float> out(32), sums(16);
    loops->finish(products.data(), 2, 16, bias.data(), other.data(), scale.data(), out.data(), 16,
                  sums.data());
    EXPECT_EQ(out.front(), 5.0F);
    EXPECT_EQ(out.back(), 2.0F);
    EXPECT_EQ(sums.back(), 7.0F);
    std::vector<std::uint16_t> halves(32);
    loops->finish_half(products.data(), 2, 16, bias.data(), nullptr, nullptr, halves.data(), 16, nullptr);
    EXPECT_EQ(halves.front(), 0x4040);  // 3
    EXPECT_EQ(halves.back(), 0);
  }
}

// ---- whole networks ----

class FoldedNetwork : public testing::TestWithParam<std::string> {};

TEST_P(FoldedNetwork, AnswersAsBefore) {
  const at::NoGradGuard no_gradients;
  const auto network = make_network(whole_network(GetParam()));
  test::fill_by_formula(*network);
  network->eval();
  const at::Tensor images = formula(7, {2, 1, 64, 96}).add(0.5);
  const Prediction before = network->forward(images);
  fold_for_inference(*network, at::kFloat);
  const Prediction after = network->forward(images);
  if (before.mask_logits.defined()) {
    EXPECT_LT(largest_difference(at::sigmoid(after.mask_logits), at::sigmoid(before.mask_logits)), 1e-4);
  }
  if (before.class_logits.defined()) {
    EXPECT_LT(largest_difference(after.class_logits, before.class_logits),
              1e-4 * (1 + before.class_logits.abs().max().item<double>()));
  }
}

TEST_P(FoldedNetwork, AnswersNearlyAsBeforeInBfloat16) {
  const at::NoGradGuard no_gradients;
  const auto network = make_network(whole_network(GetParam()));
  test::fill_by_formula(*network);
  network->eval();
  const at::Tensor images = formula(7, {2, 1, 64, 96}).add(0.5);
  const Prediction exact = network->forward(images);
  const Autocast half(true);
  const Prediction before = network->forward(images);
  fold_for_inference(*network, at::kBFloat16);
  const Prediction after = network->forward(images);
  const auto worse = [](const at::Tensor& of, const at::Tensor& reference) {
    return of.defined() ? of.sub(reference).abs().mean().item<double>() : 0.0;
  };
  EXPECT_LE(worse(after.mask_logits, exact.mask_logits), 1.5 * worse(before.mask_logits, exact.mask_logits));
  EXPECT_LE(worse(after.class_logits, exact.class_logits),
            1.5 * worse(before.class_logits, exact.class_logits) + 5e-3);
}

INSTANTIATE_TEST_SUITE_P(All, FoldedNetwork,
                         testing::Values("ffanet-tiny", "ffanet27-slim", "unet", "pspnet-r50",
                                         "vovnet39-improved"),
                         [](const auto& of) {
                           std::string name = of.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

// ---- memory ----

TEST(HugePages, ATensorTakesTheMemoryOfTheOneBeforeIt) {
  use_huge_pages();
  const std::int64_t elements = 3 << 20U;
  void* first = nullptr;
  {
    const at::Tensor tensor = at::empty({elements}, at::kFloat);
    first = tensor.data_ptr();
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first) % (std::uintptr_t{2} << 20U), 0U);
    tensor.fill_(1);
  }
  const at::Tensor again = at::empty({elements}, at::kFloat), beside = at::empty({elements}, at::kFloat);
  EXPECT_EQ(again.data_ptr(), first);
  EXPECT_NE(beside.data_ptr(), first);
}

TEST(HugePages, GiveBackWhatIsMoreThanTwiceWhatWasInUse) {
  use_huge_pages();
  const auto resident = [] {
    std::ifstream file("/proc/self/statm");
    std::int64_t all = 0, held = 0;
    file >> all >> held;
    return held * 4096;
  };
  const std::int64_t before = resident();
  for (int i = 1; i <= 20; ++i)
    at::empty({(20 + 2 * i) << 20U}, at::kByte).fill_(1);  // 22 to 60 MiB, one at a time
  EXPECT_LT(resident() - before, std::int64_t{200} << 20U);
}

TEST(HugePages, SayWhenThereIsNoMemory) {
  use_huge_pages();
  EXPECT_ANY_THROW(at::empty({std::int64_t{1} << 50U}, at::kByte));
}

}  // namespace
}  // namespace tn
