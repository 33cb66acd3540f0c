// Networks made ready to answer: the same answers as before.
#include <ATen/Parallel.h>
#include <ATen/TensorIndexing.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/sigmoid.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "libcore/net/block_products.hpp"
#include "libcore/net/foldable.hpp"
#include "libcore/net/huge_pages.hpp"
#include "libcore/net/instruction_set.hpp"
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
  const char* name;
  at::ScalarType type;
  std::vector<std::int64_t> pieces;
  double tolerance, of_means;
  Pointwise::Rectify rectify;
};

class PointwiseOf : public testing::TestWithParam<PointwiseCase> {
 protected:
  void SetUp() override {
    if (!Pointwise::serves(weight(48), GetParam().pieces, GetParam().type))
      GTEST_SKIP() << "this processor has no block products (AVX-512)";
  }
  std::int64_t depth() const {
    return std::accumulate(GetParam().pieces.begin(), GetParam().pieces.end(), std::int64_t{0});
  }
  at::Tensor weight(std::int64_t out) const { return formula(1, {out, depth(), 1, 1}); }
  // As the products take it, but for bytes.
  at::Tensor rounded_weight(std::int64_t out) const { return weight(out).to(GetParam().type).to(at::kFloat); }
  at::Tensor features(int number, std::int64_t channels) const {
    return channels_last(formula(number, {2, channels, 5, 11}).relu().to(GetParam().type));
  }
  Pointwise pointwise(std::int64_t out, const at::Tensor& bias,
                      const std::vector<std::int64_t>& pieces) const {
    return Pointwise(weight(out), bias, pieces, GetParam().type, GetParam().rectify);
  }
  static at::Tensor rectified(const at::Tensor& values) {
    return GetParam().rectify == Pointwise::Rectify::yes ? values.relu() : values;
  }
  std::vector<at::Tensor> parts() const {
    std::vector<at::Tensor> parts;
    for (const std::int64_t channels : GetParam().pieces)
      parts.push_back(features(2 + static_cast<int>(parts.size()), channels));
    return parts;
  }

  at::NoGradGuard no_gradients_;
};

// 55 pixels an image are no multiple of a block's; 272 channels more than one block of columns.
TEST_P(PointwiseOf, EqualsTheConvolutionOfTheConcatenation) {
  for (const std::int64_t out : {16, 48, 272}) {
    SCOPED_TRACE(out);
    const at::Tensor bias = formula(5, {out});
    at::Tensor means;
    const at::Tensor answer = pointwise(out, bias, GetParam().pieces).forward(parts(), &means);
    const at::Tensor expected =
        rectified(at::conv2d(at::cat(parts(), 1).to(at::kFloat), rounded_weight(out), bias));
    EXPECT_EQ(answer.scalar_type(), GetParam().type);
    EXPECT_TRUE(answer.is_contiguous(at::MemoryFormat::ChannelsLast));
    EXPECT_LT(largest_difference(answer.to(at::kFloat), expected), GetParam().tolerance);
    EXPECT_LT(largest_difference(means, expected.mean({2, 3})), GetParam().of_means);
  }
}

TEST_P(PointwiseOf, AddsAnotherTensorScaledByChannelAndImage) {
  const at::Tensor from = features(2, depth()), other = features(3, 48), bias = formula(5, {48});
  const at::Tensor scale = formula(6, {2, 48});
  const at::Tensor answer = pointwise(48, bias, {depth()}).forward_adding(from, other, scale);
  const at::Tensor product = rectified(at::conv2d(from.to(at::kFloat), rounded_weight(48), bias));
  EXPECT_LT(largest_difference(answer.to(at::kFloat),
                               product.add(other.to(at::kFloat).mul(scale.view({2, 48, 1, 1})))),
            GetParam().tolerance);
}

INSTANTIATE_TEST_SUITE_P(
    Types, PointwiseOf, testing::ValuesIn([] {
      std::vector<PointwiseCase> cases;
      using Rectify = Pointwise::Rectify;
      for (const Rectify rectify : {Rectify::yes, Rectify::no}) {
        const bool yes = rectify == Rectify::yes;
        cases.push_back(
            {yes ? "float32" : "float32_without_relu", at::kFloat, {16, 4, 10}, 1e-6, 1e-6, rectify});
        cases.push_back(
            {yes ? "bfloat16" : "bfloat16_without_relu", at::kBFloat16, {16, 4, 10}, 0.02, 1e-6, rectify});
        cases.push_back(
            {yes ? "bytes" : "bytes_without_relu", at::kBFloat16, {16, 32, 48}, 0.03, 0.0075, rectify});
      }
      return cases;
    }()),
    [](const auto& of) { return of.param.name; });

// By the definition: each pixel's channels and each output channel's weights as whole numbers with one scale.
// A pixel of zeros stays one.
TEST(Pointwise, InBytesRoundsPixelsAndOutputChannels) {
  const std::vector<std::int64_t> pieces{16, 32};
  const at::Tensor weight = formula(1, {48, 48, 1, 1}), bias = formula(2, {48});
  weight[5].zero_();  // a batch norm may be zero
  if (!Pointwise::serves(weight, pieces, at::kBFloat16) || !has_block_products(at::kByte))
    GTEST_SKIP() << "this processor has no products of bytes (AVX-512 VNNI)";
  const at::NoGradGuard no_gradients;
  const at::Tensor features = channels_last(formula(3, {2, 48, 7, 7}).relu().to(at::kBFloat16));
  features.select(2, 3).zero_();
  const at::Tensor answer = Pointwise(weight, bias, pieces, at::kBFloat16)
                                .forward(std::vector{channels_last(features.narrow(1, 0, 16)),
                                                     channels_last(features.narrow(1, 16, 32))});
  const at::Tensor exact = features.to(at::kDouble), exact_weight = weight.to(at::kDouble);
  const at::Tensor left = exact.amax(1, /*keepdim=*/true).clamp_min(1e-30) / 255;
  const at::Tensor right = exact_weight.abs().amax(1, /*keepdim=*/true).clamp_min(1e-30) / 127;
  const at::Tensor expected =
      (at::conv2d((exact / left).round(), (exact_weight / right).round()) * left * right.view({1, 48, 1, 1}) +
       bias.to(at::kDouble).view({1, 48, 1, 1}))
          .relu();
  EXPECT_LT(largest_difference(answer.to(at::kDouble), expected), expected.max().item<double>() / 128);
  EXPECT_LT(answer.to(at::kDouble).sub(expected).abs().mean().item<double>(),
            expected.mean().item<double>() / 512);
}

TEST(Pointwise, ServesNoOddSizes) {
  EXPECT_FALSE(Pointwise::serves(formula(1, {17, 4, 1, 1}), std::vector<std::int64_t>{4}, at::kFloat));
  EXPECT_FALSE(Pointwise::serves(formula(1, {16, 4, 3, 3}), std::vector<std::int64_t>{4}, at::kFloat));
  EXPECT_FALSE(Pointwise::serves(formula(1, {16, 3, 1, 1}), std::vector<std::int64_t>{3}, at::kBFloat16));
}

std::vector<const PointwiseLoops*> all_pointwise_loops() {
  return runnable(kPlainPointwise, kAvx512Pointwise, kAvx512Bf16Pointwise);
}

// max(0, 1 + 2) + 4 * 0.5 = 5 and max(0, -3 + 2) + 4 * 0.5 = 2.
TEST(PointwiseLoops, FinishByHandOnEveryInstructionSet) {
  std::vector<float> products(32, 1.0F), bias(16, 2.0F), other(32, 4.0F), scale(16, 0.5F);
  std::fill(products.begin() + 16, products.end(), -3.0F);
  for (const PointwiseLoops* loops : all_pointwise_loops()) {
    std::vector<float> out(32), sums(16);
    PointwiseTarget<float> target{.rows = 2,
                                  .columns = 16,
                                  .least = 0,
                                  .bias = bias.data(),
                                  .other = other.data(),
                                  .scale = scale.data(),
                                  .out = out.data(),
                                  .stride = 16,
                                  .sums = sums.data()};
    loops->finish(products.data(), target);
    EXPECT_EQ(out.front(), 5.0F);
    EXPECT_EQ(out.back(), 2.0F);
    EXPECT_EQ(sums.back(), 7.0F);
    std::vector<std::uint16_t> halves(32);
    const PointwiseTarget<std::uint16_t> halves_target{.rows = 2,
                                                       .columns = 16,
                                                       .least = -std::numeric_limits<float>::infinity(),
                                                       .bias = bias.data(),
                                                       .other = nullptr,
                                                       .scale = nullptr,
                                                       .out = halves.data(),
                                                       .stride = 16,
                                                       .sums = nullptr};
    loops->finish_half(products.data(), halves_target);
    EXPECT_EQ(halves.front(), 0x4040);  // 3
    EXPECT_EQ(halves.back(), 0xBF80);   // -1
  }
}

// Two rows of 32 columns in rows of 48: max(0, value * row scale * column scale + bias), each with its own.
TEST(PointwiseLoops, FinishBytesOnEveryInstructionSet) {
  constexpr std::int64_t kColumns = 32, kStride = 48;
  std::vector<std::int32_t> values(2 * kColumns);
  std::iota(values.begin(), values.end(), -20);
  const std::vector<float> row_scales{0.5F, std::numeric_limits<float>::quiet_NaN()};
  std::vector<float> column_scales(kColumns), bias(kColumns);
  for (std::size_t i = 0; i < column_scales.size(); ++i) {
    column_scales[i] = static_cast<float>(1U << i % 4);
    bias[i] = static_cast<float>(i % 5);
  }
  for (const PointwiseLoops* loops : all_pointwise_loops()) {
    std::vector<std::uint16_t> out(2 * kStride, 1);
    loops->finish_bytes({values.data(), row_scales.data(), column_scales.data()}, {.rows = 2,
                                                                                   .columns = kColumns,
                                                                                   .least = 0,
                                                                                   .bias = bias.data(),
                                                                                   .other = nullptr,
                                                                                   .scale = nullptr,
                                                                                   .out = out.data(),
                                                                                   .stride = kStride,
                                                                                   .sums = nullptr});
    const auto number = [&](std::size_t i) {
      return static_cast<float>(at::BFloat16(out[i], at::BFloat16::from_bits()));
    };
    for (std::size_t i = 0; i < kStride; ++i) {
      SCOPED_TRACE(i);
      if (i >= kColumns) {
        EXPECT_EQ(out[i], 1);
        EXPECT_EQ(out[kStride + i], 1);
        continue;
      }
      const float expected = static_cast<float>(values[i]) * 0.5F * column_scales[i] + bias[i];
      EXPECT_EQ(number(i), std::max(0.0F, expected));
      EXPECT_TRUE(std::isnan(number(kStride + i)));
    }
  }
}

// A network that overflows is told of, not answered for: here by one channel of the last tensor.
TEST_P(PointwiseOf, WhatIsNotANumberStaysSo) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    const std::vector<at::Tensor> from = parts();
    from.back().select(1, 3).select(1, 1).fill_(bad);
    const at::Tensor answer =
        pointwise(48, formula(5, {48}).add(9), GetParam().pieces).forward(from).to(at::kFloat);
    const at::Tensor hit = weight(48).select(1, depth() - GetParam().pieces.back() + 3).flatten() > 0;
    EXPECT_FALSE(answer.select(2, 1).isfinite().index({at::indexing::Slice(), hit}).any().item<bool>());
    EXPECT_TRUE(answer.select(2, 0).isfinite().all().item<bool>());
  }
}

TEST_P(PointwiseOf, AnImagesAnswerDependsOnNothingElse) {
  const Pointwise convolution = pointwise(272, formula(5, {272}), GetParam().pieces);
  set_threads(1);
  at::Tensor all_means;
  const at::Tensor together = convolution.forward(parts(), &all_means);
  for (const int threads : {1, 2, 4}) {
    at::set_num_threads(threads);
    for (std::int64_t image = 0; image < 2; ++image) {
      std::vector<at::Tensor> alone;
      for (const at::Tensor& part : parts()) alone.push_back(channels_last(part.narrow(0, image, 1)));
      at::Tensor means;
      EXPECT_TRUE(at::equal(convolution.forward(alone, &means), channels_last(together.narrow(0, image, 1))));
      EXPECT_TRUE(at::equal(means, all_means.narrow(0, image, 1)));
    }
  }
  set_threads(0);
}

// 0, 0.25, .. 3.75: at 68 for 1 the last is 255; a quarter of it is 63.75, to nearest 64.
TEST(PointwiseLoops, BytesByHandOnEveryInstructionSet) {
  const at::Tensor values = at::arange(16, at::kFloat).div(4).to(at::kBFloat16);
  const auto* bits = reinterpret_cast<const std::uint16_t*>(values.const_data_ptr<at::BFloat16>());
  for (const PointwiseLoops* loops : all_pointwise_loops()) {
    EXPECT_EQ(at::BFloat16(loops->largest(bits, 16), at::BFloat16::from_bits()), 3.75F);
    std::vector<std::uint8_t> bytes(16);
    loops->to_bytes(bits, 16, 68.0F, bytes.data());
    EXPECT_EQ(bytes.back(), 255);
    EXPECT_EQ(bytes[5], 85);
    loops->to_bytes(bits, 16, 17.0F, bytes.data());
    EXPECT_EQ(bytes.back(), 64);
    EXPECT_EQ(bytes.front(), 0);
    const at::Tensor odd = values.clone();
    odd[2] = -8.0F;
    const auto* odd_bits = reinterpret_cast<const std::uint16_t*>(odd.const_data_ptr<at::BFloat16>());
    EXPECT_EQ(at::BFloat16(loops->largest(odd_bits, 16), at::BFloat16::from_bits()), 8.0F);
    odd[3] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_TRUE(std::isnan(
        static_cast<float>(at::BFloat16(loops->largest(odd_bits, 16), at::BFloat16::from_bits()))));
    loops->to_bytes(odd_bits, 16, 17.0F, bytes.data());
    EXPECT_EQ(bytes[2], 0);
    EXPECT_EQ(bytes[3], 0);
    EXPECT_EQ(bytes.back(), 64);
  }
}

// ---- whole networks ----

// In float32.
std::pair<Prediction, Prediction> answers_before_and_after_folding(const NetOptions& options) {
  const at::NoGradGuard no_gradients;
  const auto network = make_network(options);
  test::fill_by_formula(*network);
  network->eval();
  const at::Tensor images = formula(7, {2, 1, 64, 96}).add(0.5);
  const Prediction before = network->forward(images);
  fold_for_inference(*network, at::kFloat);
  return {before, network->forward(images)};
}

class FoldedNetwork : public testing::TestWithParam<std::string> {};

TEST_P(FoldedNetwork, AnswersAsBefore) {
  const auto [before, after] = answers_before_and_after_folding(whole_network(GetParam()));
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
  const at::Tensor images =
      formula(7, {16, 1, 64, 96}).add(0.5);  // how far off the logits of a few are is chance
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

// What FFANet can leave out, and other attentions and heads.
TEST(FoldedFfaNet, AnswersAsBeforeWithWhateverItHas) {
  const auto with = [](const auto& change) {
    NetOptions options = whole_network("ffanet27-slim");
    change(options);
    return options;
  };
  for (const NetOptions& options :
       {with([](NetOptions& o) { o.f0 = false; }), with([](NetOptions& o) { o.attention = false; }),
        with([](NetOptions& o) { o.projection = false; }), with([](NetOptions& o) { o.eca = EcaRule::none; }),
        with([](NetOptions& o) { o.eca = EcaRule::adaptive; }),
        with([](NetOptions& o) { o.attention_pool = 2; }), with([](NetOptions& o) { o.class_head = false; }),
        with([](NetOptions& o) { o.mask_head = false; })}) {
    const auto [before, after] = answers_before_and_after_folding(options);
    for (const auto& [now, then] : {std::pair(after.mask_logits, before.mask_logits),
                                    std::pair(after.class_logits, before.class_logits)}) {
      ASSERT_EQ(now.defined(), then.defined());
      if (now.defined()) {
        EXPECT_LT(largest_difference(now, then), 1e-4 * (1 + then.abs().max().item<double>()));
      }
    }
  }
}

// What was packed is held once.
TEST(FoldedFfaNet, ReleasesWhatItWasMadeFrom) {
  if (!has_block_products(at::kBFloat16)) GTEST_SKIP() << "this processor has no bfloat16 products (AVX-512)";
  const auto network = make_network(whole_network("ffanet27-slim"));
  const std::int64_t before = count_parameters(*network);
  fold_for_inference(*network, at::kBFloat16);
  EXPECT_LT(count_parameters(*network), before / 50);
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
