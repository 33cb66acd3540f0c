#include "libcore/net/attention.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "libcore/net/foldable.hpp"
#include "libcore/net/gram.hpp"
#include "libcore/net/runtime.hpp"
#include "tests/unit/net/tensors.hpp"

namespace tn {
namespace {

// The formula as it stands, with the whole map of pixels x pixels.
at::Tensor literal(const PositionAttention& attention, const at::Tensor& x, std::int64_t pool = 1) {
  const auto flat = [&](const std::string& name, std::int64_t side) {
    const at::Tensor y =
        at::conv2d(x, test::named(*attention, name + ".weight"), test::named(*attention, name + ".bias"));
    return at::avg_pool2d(y, {side, side}, {}, {0, 0}, true, false).flatten(2);  // [N,c,pixels]
  };
  const at::Tensor map = at::softmax(at::bmm(flat("query", 1).transpose(1, 2), flat("key", pool)), -1);
  const at::Tensor mixed = at::bmm(flat("value", pool), map.transpose(1, 2));
  return test::named(*attention, "gamma") * mixed.view_as(x) + x;
}

at::Tensor literal(const ChannelAttention& attention, const at::Tensor& x) {
  const at::Tensor flat = x.flatten(2);
  const at::Tensor energy = at::bmm(flat, flat.transpose(1, 2));
  const at::Tensor map = at::softmax(energy.amax(-1, true) - energy, -1);
  return test::named(*attention, "gamma") * at::bmm(map, flat).view_as(x) + x;
}

PositionAttention position(std::int64_t channels, std::int64_t pool = 1) {
  PositionAttention attention(channels, pool);
  const at::NoGradGuard no_gradients;
  std::int64_t number = 50;
  for (const at::Tensor& parameter : attention->parameters())
    parameter.copy_(test::formula(++number, parameter.sizes()));
  test::named(*attention, "gamma").fill_(0.5);
  return attention;
}

ChannelAttention channel(double gamma) {
  ChannelAttention attention;
  const at::NoGradGuard no_gradients;
  test::named(*attention, "gamma").fill_(gamma);
  return attention;
}

at::Tensor features(at::IntArrayRef shape) {
  return test::channels_last(2 * test::formula(7, shape));
}

// Bytes of the largest block while `forward` of 4096 pixels and its gradient are computed.
std::size_t largest_block(const std::function<at::Tensor(const at::Tensor&)>& forward) {
  const at::Tensor x = features({1, 16, 64, 64}).requires_grad_();
  const test::AllocationRecord record;
  forward(x).sum().backward();
  return record.largest();
}
constexpr std::size_t kMap = std::size_t{4096} * 4096;  // entries of the map that must not be

TEST(PositionAttention, EqualsTheLiteralFormula) {
  PositionAttention attention = position(16);
  const at::Tensor x = features({2, 16, 9, 7});
  EXPECT_LT(test::largest_difference(attention->forward(x), literal(attention, x)), 1e-5);
}

TEST(PositionAttention, GradientEqualsTheLiteralFormula) {
  PositionAttention attention = position(16);
  const at::Tensor direction = test::formula(8, {2, 16, 9, 7});
  const auto gradients = [&](bool tiled) {
    const at::Tensor x = features({2, 16, 9, 7}).requires_grad_();
    attention->zero_grad();
    (tiled ? attention->forward(x) : literal(attention, x)).backward(direction);
    std::vector<at::Tensor> all{x.grad()};
    for (const at::Tensor& parameter : attention->parameters()) all.push_back(parameter.grad().clone());
    return all;
  };
  const auto tiled = gradients(true), wanted = gradients(false);
  ASSERT_EQ(tiled.size(), 8U);
  for (std::size_t i = 0; i < tiled.size(); ++i)
    EXPECT_LT(test::largest_difference(tiled[i], wanted[i]),
              1e-5 + 1e-4 * wanted[i].abs().max().item<double>())
        << i;
}

TEST(PositionAttention, EqualsTheLiteralFormulaOverManyTiles) {
  PositionAttention attention = position(8);
  const at::Tensor x = features({1, 8, 37, 41});
  EXPECT_LT(test::largest_difference(attention->forward(x), literal(attention, x)), 1e-5);
}

TEST(PositionAttention, IsTheIdentityAtTheStart) {
  PositionAttention attention(16, 1);
  const at::Tensor x = features({2, 16, 9, 7});
  EXPECT_TRUE(attention->forward(x).equal(x));
}

TEST(PositionAttention, GammaLearnsFromTheStart) {
  PositionAttention attention(16, 1);
  attention->forward(features({2, 16, 9, 7})).sum().backward();
  EXPECT_NE(test::named(*attention, "gamma").grad().item<float>(), 0);
}

TEST(PositionAttention, IsRoughlyItselfInBfloat16) {
  PositionAttention attention = position(16);
  const at::Tensor x = features({2, 16, 9, 7}).to(at::kBFloat16);
  const at::Tensor exact = literal(attention, x.to(at::kFloat));
  const Autocast on(true);
  const at::Tensor rough = attention->forward(x);
  EXPECT_EQ(rough.scalar_type(), at::kBFloat16);
  EXPECT_LT(test::largest_difference(rough, exact), 0.02 * exact.abs().max().item<double>());
}

TEST(PositionAttention, NeverHoldsTheMap) {
  PositionAttention attention = position(16);
  EXPECT_LT(largest_block([&](const at::Tensor& x) { return attention->forward(x); }), kMap / 4);
}

TEST(PositionAttention, NeverHoldsTheMapInBfloat16) {
  PositionAttention attention = position(16);
  const auto forward = [&](const at::Tensor& x) {
    const Autocast on(true);
    return attention->forward(x);
  };
  EXPECT_LT(largest_block(forward), kMap / 4);
}

TEST(PositionAttention, TheLiteralFormulaWouldBeCaughtHoldingTheMap) {
  PositionAttention attention = position(16);
  EXPECT_GE(largest_block([&](const at::Tensor& x) { return literal(attention, x); }), kMap * 4);
}

TEST(PositionAttention, QueriesAndKeysAreAnEighthButNeverNothing) {
  EXPECT_EQ(test::named(*position(96), "query.weight").sizes(), (at::IntArrayRef{12, 96, 1, 1}));
  EXPECT_EQ(test::named(*position(4), "key.weight").sizes(), (at::IntArrayRef{1, 4, 1, 1}));
}

TEST(PositionAttention, PooledEqualsTheFormulaWithAveragedKeysAndValues) {
  for (const std::int64_t pool : {2, 4}) {
    PositionAttention attention = position(16, pool);
    const at::Tensor x = features({2, 16, 9, 7});
    EXPECT_LT(test::largest_difference(attention->forward(x), literal(attention, x, pool)), 1e-5) << pool;
    EXPECT_GT(test::largest_difference(attention->forward(x), literal(attention, x)), 1e-2) << pool;
  }
}

TEST(PositionAttention, StaysInChannelsLastOrder) {
  EXPECT_TRUE(position(16)->forward(features({2, 16, 9, 7})).is_contiguous(at::MemoryFormat::ChannelsLast));
}

TEST(PositionAttention, TakesTensorsOfTheUsualOrder) {
  PositionAttention attention = position(16);
  const at::Tensor x = features({2, 16, 9, 7});
  EXPECT_LT(test::largest_difference(attention->forward(x.contiguous()), attention->forward(x)), 1e-6);
}

TEST(ChannelAttention, MixesHandWorkedChannels) {
  // X = [1 2; 0 1], E = [5 2; 2 1], rowmax - E = [0 3; 0 1], A = [.047426 .952574; .268941 .731059],
  // A X = [.047426 1.047426; .268941 1.268941].
  const at::Tensor x = at::tensor({1.0F, 2.0F, 0.0F, 1.0F}).view({1, 2, 1, 2});
  const at::Tensor expected = at::tensor({1.023713F, 2.523713F, 0.134471F, 1.634471F}).view({1, 2, 1, 2});
  EXPECT_LT(test::largest_difference(channel(0.5)->forward(x), expected), 1e-6);
}

TEST(ChannelAttention, EqualsTheLiteralFormula) {
  ChannelAttention attention = channel(0.5);
  const at::Tensor x = features({2, 16, 9, 7});
  EXPECT_LT(test::largest_difference(attention->forward(x), literal(attention, x)), 1e-5);
}

TEST(ChannelAttention, GradientEqualsTheLiteralFormula) {
  ChannelAttention attention = channel(0.5);
  const at::Tensor direction = test::formula(8, {2, 16, 9, 7});
  const auto gradients = [&](bool own) {
    const at::Tensor x = features({2, 16, 9, 7}).requires_grad_();
    attention->zero_grad();
    (own ? attention->forward(x) : literal(attention, x)).backward(direction);
    return std::make_pair(x.grad(), test::named(*attention, "gamma").grad().clone());
  };
  const auto own = gradients(true), wanted = gradients(false);
  EXPECT_LT(test::largest_difference(own.first, wanted.first), 1e-4);
  EXPECT_LT(test::largest_difference(own.second, wanted.second), 1e-4);
}

TEST(ChannelAttention, IsTheIdentityAtTheStart) {
  const at::Tensor x = features({2, 16, 9, 7});
  EXPECT_TRUE(channel(0)->forward(x).equal(x));
}

TEST(ChannelAttention, EnergiesStayInFloat32UnderAutocast) {
  // All ones; 2 and 0 by turns; 0 and 2 by turns with a 4 more: energies 4096, 4096, 4100 of the first
  // channel, which bfloat16 (steps of 32 there) cannot tell apart. The values themselves are exact in it.
  const at::Tensor even = (at::arange(4096, at::kLong).remainder(2) == 0).to(at::kFloat);
  const at::Tensor odd = 2 * (1 - even);
  odd[1] += 4;
  const at::Tensor x = at::stack({at::ones({4096}), 2 * even, odd}).view({1, 3, 64, 64});
  ChannelAttention attention = channel(1);
  const at::Tensor exact = literal(attention, x);
  const Autocast on(true);
  EXPECT_LT(test::largest_difference(attention->forward(x), exact), 0.05);
}

// The same in inference, whose products are other ones: sixteen channels of which three differ.
TEST(ChannelAttention, EnergiesStayInFloat32InInference) {
  const at::NoGradGuard no_gradients;
  const at::Tensor even = (at::arange(4096, at::kLong).remainder(2) == 0).to(at::kFloat);
  at::Tensor channels = at::ones({16, 4096});
  channels[1].copy_(2 * even);
  channels[2].copy_(2 * (1 - even));
  channels[2][1] += 4;
  const at::Tensor x = test::channels_last(channels.view({1, 16, 64, 64}));
  const at::Tensor half = x.to(at::kBFloat16);
  if (!can_gram(half.permute({0, 2, 3, 1}).flatten(1, 2)))
    GTEST_SKIP() << "this processor has no bfloat16 products (AVX-512)";
  ChannelAttention attention = channel(1);
  const at::Tensor exact = literal(attention, x);
  const Autocast on(true);
  EXPECT_LT(test::largest_difference(attention->forward(half).to(at::kFloat), exact), 0.05);
}

// Widths that Winograd's convolution takes, and that it does not; one tensor and two, with channels that it
// takes and that it does not.
TEST(MixedAttention, FoldedAnswersAsBefore) {
  const at::NoGradGuard no_gradients;
  for (const std::int64_t width : {8, 24, 32})
    for (const std::int64_t first : {64, 16, 24}) {
      SCOPED_TRACE(testing::Message() << width << " wide, of " << first << " channels and the others");
      MixedAttention attention(64, width, 1);
      attention->eval();
      test::fill_by_formula(*attention);
      const at::Tensor x = test::channels_last(test::formula(1, {2, 64, 9, 7}));
      std::vector<at::Tensor> pieces{x};
      if (first < 64) pieces = {x.narrow(1, 0, first), x.narrow(1, first, 64 - first)};
      const at::Tensor expected = attention->forward(pieces);
      fold_for_inference(*attention, at::kFloat);
      EXPECT_LT(test::largest_difference(attention->forward(pieces), expected),
                1e-4 * (1 + expected.abs().max().item<double>()));
    }
}

TEST(MixedAttention, SumsItsTwoBranches) {
  MixedAttention attention(12, 8, 1);
  attention->eval();
  test::fill_by_formula(*attention);
  const at::Tensor x = features({2, 12, 9, 7});
  const at::Tensor both = attention->forward({x});
  const auto without = [&](const std::string& branch) {
    MixedAttention half(12, 8, 1);
    half->eval();
    test::fill_by_formula(*half);
    const at::NoGradGuard no_gradients;
    test::named(*half, branch + "_out.bn.weight").zero_();
    test::named(*half, branch + "_out.bn.bias").zero_();
    return half->forward({x});
  };
  EXPECT_LT(test::largest_difference(both, without("position") + without("channel")), 1e-5);
}

}  // namespace
}  // namespace tn
