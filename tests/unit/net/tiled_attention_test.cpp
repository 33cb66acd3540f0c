#include "libcore/net/tiled_attention.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/softmax.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

#include "libcore/net/attention_loops.hpp"
#include "libcore/net/instruction_set.hpp"
#include "tests/unit/net/tensors.hpp"

namespace tn {
namespace {

struct Sizes {
  std::int64_t images, queries, keys, depth, width;
};

struct Inputs {
  at::Tensor query, key, value, slope;
};

Inputs inputs(const Sizes& s, at::ScalarType type) {
  const auto leaf = [&](std::int64_t number, double scale, at::IntArrayRef shape) {
    return (scale * test::formula(number, shape)).to(type).detach().requires_grad_();
  };
  return {leaf(1, 4, {s.images, s.queries, s.depth}), leaf(2, 4, {s.images, s.keys, s.depth}),
          leaf(3, 2, {s.images, s.keys, s.width}), test::formula(4, {s.images, s.queries, s.width}).to(type)};
}

// The formula as it stands, in float64, with gradients.
struct Answer {
  at::Tensor out, query, key, value;
};
Answer literal(const Inputs& in) {
  const auto leaf = [](const at::Tensor& t) { return t.detach().to(at::kDouble).requires_grad_(); };
  const at::Tensor query = leaf(in.query), key = leaf(in.key), value = leaf(in.value);
  const at::Tensor out = at::bmm(at::softmax(at::bmm(query, key.transpose(1, 2)), -1), value);
  out.backward(in.slope.to(at::kDouble));
  return {out, query.grad(), key.grad(), value.grad()};
}
Answer tiled(const Inputs& in) {
  const at::Tensor out = tiled_attention(in.query, in.key, in.value);
  out.backward(in.slope);
  return {out, in.query.grad(), in.key.grad(), in.value.grad()};
}

double error_of(const at::Tensor& found, const at::Tensor& expected) {
  return ((found.to(at::kDouble) - expected).abs().max() / expected.abs().max()).item<double>();
}

bool available(at::ScalarType type) {
  const at::Tensor tokens = at::full({1, 1, 1}, 1.0, type);
  return can_tile(tokens, tokens, tokens);
}

// One token, fewer than a block, just over blocks, odd widths; more keys than queries and fewer.
const std::vector<Sizes> kSizes = {{1, 1, 1, 1, 1},      {2, 5, 3, 1, 8},       {1, 17, 33, 3, 20},
                                   {2, 130, 515, 2, 16}, {1, 300, 129, 12, 96}, {2, 257, 1030, 12, 96}};

TEST(TiledAttention, EqualsTheLiteralFormulaInFloat32) {
  if (!available(at::kFloat)) GTEST_SKIP() << "this processor has no AVX-512";
  for (const Sizes& sizes : kSizes) {
    SCOPED_TRACE(sizes.queries);
    const Inputs in = inputs(sizes, at::kFloat);
    const Answer found = tiled(in), expected = literal(in);
    EXPECT_LT(error_of(found.out, expected.out), 1e-5);
    EXPECT_LT(error_of(found.value, expected.value), 1e-5);
    if (sizes.keys == 1) continue;  // the gradients of query and key are zero
    EXPECT_LT(error_of(found.query, expected.query), 2e-5);
    EXPECT_LT(error_of(found.key, expected.key), 2e-5);
  }
}

TEST(TiledAttention, FollowsTheLiteralFormulaInBfloat16) {
  if (!available(at::kBFloat16)) GTEST_SKIP() << "this processor has no bfloat16 products";
  for (const Sizes& sizes : kSizes) {
    SCOPED_TRACE(sizes.queries);
    const Inputs in = inputs(sizes, at::kBFloat16);
    const Answer found = tiled(in), expected = literal(in);
    EXPECT_LT(error_of(found.out, expected.out), 0.01);
    EXPECT_LT(error_of(found.value, expected.value), 0.01);
    if (sizes.keys == 1) continue;
    EXPECT_LT(error_of(found.query, expected.query), 0.02);
    EXPECT_LT(error_of(found.key, expected.key), 0.02);
  }
}

TEST(TiledAttention, TakesTokensThatStandApart) {
  if (!available(at::kFloat)) GTEST_SKIP() << "this processor has no AVX-512";
  const at::Tensor joint = test::formula(9, {2, 40, 12 + 12 + 16});
  const at::Tensor query = joint.narrow(2, 0, 12), key = joint.narrow(2, 12, 12),
                   value = joint.narrow(2, 24, 16);
  EXPECT_TRUE(at::equal(tiled_attention(query, key, value),
                        tiled_attention(query.contiguous(), key.contiguous(), value.contiguous())));
}

TEST(TiledAttention, LargeEnergiesDoNotOverflow) {
  if (!available(at::kFloat)) GTEST_SKIP() << "this processor has no AVX-512";
  Inputs in = inputs({1, 20, 600, 4, 16}, at::kFloat);
  in.query = (300 * in.query).detach().requires_grad_();
  const Answer found = tiled(in), expected = literal(in);
  EXPECT_LT(error_of(found.out, expected.out), 1e-4);
}

TEST(TiledAttention, NotANumberComesOut) {
  if (!available(at::kFloat)) GTEST_SKIP() << "this processor has no AVX-512";
  Inputs in = inputs({1, 4, 40, 4, 16}, at::kFloat);
  const at::Tensor query = in.query.detach().clone();
  query[0][1][2] = std::numeric_limits<float>::quiet_NaN();
  const at::Tensor out = tiled_attention(query, in.key.detach(), in.value.detach());
  EXPECT_TRUE(out[0][1].isnan().all().item<bool>());
  EXPECT_FALSE(out[0][0].isnan().any().item<bool>());
}

TEST(TiledAttention, SameThreadsSameBits) {
  if (!available(at::kFloat)) GTEST_SKIP() << "this processor has no AVX-512";
  const Sizes sizes{3, 300, 300, 12, 96};
  const Answer a = tiled(inputs(sizes, at::kFloat)), b = tiled(inputs(sizes, at::kFloat));
  EXPECT_TRUE(at::equal(a.out, b.out));
  EXPECT_TRUE(at::equal(a.query, b.query));
  EXPECT_TRUE(at::equal(a.key, b.key));
  EXPECT_TRUE(at::equal(a.value, b.value));
}

TEST(TiledAttention, TakesNoOtherTypes) {
  const at::Tensor wide = at::full({1, 1, 1}, 1.0, at::kDouble);
  EXPECT_FALSE(can_tile(wide, wide, wide));
  const at::Tensor narrow = at::full({1, 1, 1}, 1.0, at::kFloat);
  EXPECT_FALSE(can_tile(narrow, wide, narrow));
}

// ---- the loops, of every instruction set that this machine has ----

std::vector<const AttentionLoops*> all_loops() {
  return runnable(kPlainLoops, kAvx512Loops, kAvx512Bf16Loops);
}

float widened(std::uint16_t half) {
  const std::uint32_t bits = std::uint32_t{half} << 16U;
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// Two steps over 18 rows of energies, more than are taken at a time; the second has larger ones, by the row's
// number, so that the first's sum is worth less. Widths with and without a rest of what a loop takes; the
// largest is anywhere.
TEST(AttentionLoops, OnlineSoftmaxEqualsTheExponentials) {
  constexpr std::size_t kRows = 18;
  for (const AttentionLoops* loops : all_loops())
    for (const bool half : {false, true})
      for (const std::size_t width : {16, 32, 48, 80}) {
        SCOPED_TRACE(testing::Message() << loops->name << (half ? ", bfloat16, " : ", float32, ") << width);
        std::vector<float> maxima(kRows, -std::numeric_limits<float>::infinity()), sums(kRows),
            factors(kRows);
        std::vector<double> expected_sums(kRows), largest(kRows, -100);
        for (std::size_t step = 0; step < 2; ++step) {
          std::vector<float> energies(kRows * width), probabilities(kRows * width);
          std::vector<std::uint16_t> halves(kRows * width);
          for (std::size_t i = 0; i < energies.size(); ++i)
            energies[i] = static_cast<float>(i % 7) - 9 + static_cast<float>(step * (1 + i / width % 5));
          for (std::size_t r = 0; r < kRows; ++r) energies[r * width + (5 * r + 3) % width] += 8;
          energies[(kRows - 1) * width] = -std::numeric_limits<float>::infinity();
          if (half)
            loops->softmax_step_half(energies.data(), kRows, static_cast<std::int64_t>(width), maxima.data(),
                                     sums.data(), factors.data(), halves.data());
          else
            loops->softmax_step(energies.data(), kRows, static_cast<std::int64_t>(width), maxima.data(),
                                sums.data(), factors.data(), probabilities.data());
          for (std::size_t r = 0; r < kRows; ++r) {
            const auto row = std::span(energies).subspan(r * width, width);
            const double before = largest[r];
            largest[r] = std::max(before, static_cast<double>(*std::ranges::max_element(row)));
            EXPECT_EQ(maxima[r], largest[r]) << r;
            const double factor = step == 0 ? 0.0 : std::exp(before - largest[r]);
            EXPECT_NEAR(factors[r], factor, 1e-6 * factor) << r;
            for (std::size_t i = r * width; i < (r + 1) * width; ++i) {
              const double exact = std::exp(energies[i] - largest[r]);
              EXPECT_NEAR(half ? widened(halves[i]) : probabilities[i], exact,
                          half ? exact / 250 : 1e-6 * exact);
              expected_sums[r] += std::exp(static_cast<double>(energies[i]));
            }
          }
        }
        for (std::size_t r = 0; r < kRows; ++r)
          EXPECT_NEAR(std::log(sums[r]) + maxima[r], std::log(expected_sums[r]), 1e-4) << r;
      }
}

TEST(AttentionLoops, BackwardEqualsTheFormulaAndPairsItsRows) {
  for (const AttentionLoops* loops : all_loops()) {
    SCOPED_TRACE(loops->name);
    std::vector<float> energies(48), slopes(48), logs(16), deltas(16), p(48), g(48);
    for (std::size_t i = 0; i < 48; ++i) {
      energies[i] = static_cast<float>(i % 5) - 3;
      slopes[i] = static_cast<float>(i % 3) - 1;
    }
    for (std::size_t i = 0; i < 16; ++i) {
      logs[i] = 1 + static_cast<float>(i) / 8;
      deltas[i] = static_cast<float>(i % 2) / 2;
    }
    loops->softmax_backward(energies.data(), slopes.data(), logs.data(), deltas.data(), 3, 16, p.data(),
                            g.data());
    std::vector<std::uint16_t> half_p(48), half_g(48), paired(64, 7);
    loops->softmax_backward_half(energies.data(), slopes.data(), logs.data(), deltas.data(), 3, 16,
                                 half_p.data(), half_g.data(), paired.data());
    for (std::size_t i = 0; i < 48; ++i) {
      const double exact = std::exp(energies[i] - logs[i % 16]);
      EXPECT_NEAR(p[i], exact, 1e-6 * exact);
      EXPECT_NEAR(g[i], exact * (slopes[i] - deltas[i % 16]), 2e-6);
      EXPECT_NEAR(widened(half_p[i]), p[i], p[i] / 250);
      EXPECT_EQ(paired[i / 32 * 32 + 2 * (i % 16) + i / 16 % 2], half_g[i]);
    }
    for (std::size_t i = 0; i < 16; ++i) EXPECT_EQ(paired[32 + 2 * i + 1], 0);  // there is no fourth row
  }
}

TEST(AttentionLoops, RowsAreScaled) {
  for (const AttentionLoops* loops : all_loops()) {
    std::vector<float> values(32, 3.0F);
    const std::vector<float> factors{1.0F, 0.5F};
    loops->scale_rows(values.data(), 2, 16, factors.data());
    EXPECT_EQ(values[15], 3.0F);
    EXPECT_EQ(values[16], 1.5F);
  }
}

}  // namespace
}  // namespace tn
