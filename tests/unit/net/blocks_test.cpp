#include "libcore/net/blocks.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/conv1d.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include "libcore/net/osa_block.hpp"
#include "libcore/net/runtime.hpp"
#include "tests/unit/net/tensors.hpp"

namespace tn {
namespace {

// Convolution, BatchNorm with running statistics and ReLU, written out.
at::Tensor conv_bn_relu(const torch::nn::Module& module, const std::string& part, const at::Tensor& x) {
  const auto value = [&](const std::string& name) { return test::named(module, part + name); };
  const auto channel = [&](const std::string& name) { return value(name).view({1, -1, 1, 1}); };
  const std::int64_t padding = value("conv.weight").size(2) / 2;
  const at::Tensor y = at::conv2d(x, value("conv.weight"), {}, {1, 1}, {padding, padding});
  const at::Tensor z = (y - channel("bn.running_mean")) / (channel("bn.running_var") + 1e-5).sqrt();
  return (z * channel("bn.weight") + channel("bn.bias")).relu();
}

at::Tensor osa(const OsaBlock& block, const at::Tensor& x) {
  std::vector<at::Tensor> parts{x};
  for (int i = 0; i < 5; ++i)
    parts.push_back(conv_bn_relu(*block, "conv_mid." + std::to_string(i) + ".", parts.back()));
  const at::Tensor joined = conv_bn_relu(*block, "conv_concat.", at::cat(parts, 1));
  const at::Tensor gate =
      at::conv1d(joined.mean({2, 3}).unsqueeze(1), test::named(*block, "attn.conv.weight"), {}, 1, 1)
          .sigmoid();
  return joined * gate.squeeze(1).unsqueeze(-1).unsqueeze(-1) + conv_bn_relu(*block, "shortcut.", x);
}

OsaBlock filled(const OsaOptions& options) {
  OsaBlock block(options);
  test::fill_by_formula(*block);
  block->eval();
  return block;
}

TEST(ConvBnRelu, ComputesHandWorkedPixels) {
  ConvBnRelu block(ConvBnReluOptions{1, 1, 1});
  block->eval();
  const at::NoGradGuard no_gradients;
  test::named(*block, "conv.weight").fill_(2);
  test::named(*block, "bn.running_mean").fill_(4);
  test::named(*block, "bn.running_var").fill_(4);
  test::named(*block, "bn.bias").fill_(1);
  // (2x - 4) / 2 + 1, not below 0
  const at::Tensor y = block->forward(at::tensor({0.0F, 2.0F, 3.0F, 4.0F}).view({1, 1, 2, 2}));
  EXPECT_LT(test::largest_difference(y, at::tensor({0.0F, 1.0F, 2.0F, 3.0F}).view({1, 1, 2, 2})), 1e-4);
}

TEST(ConvBnRelu, HalvesOddSizesUpwards) {
  ConvBnRelu block(ConvBnReluOptions{2, 3, 3, 2});
  EXPECT_EQ(block->forward(at::ones({2, 2, 7, 8})).sizes(), (at::IntArrayRef{2, 3, 4, 4}));
}

TEST(ConvBnRelu, HasNoConvolutionBias) {
  const ConvBnRelu block(ConvBnReluOptions{2, 3});
  EXPECT_EQ(block->named_parameters().keys(),
            (std::vector<std::string>{"conv.weight", "bn.weight", "bn.bias"}));
}

TEST(OsaBlock, EqualsItsDefinition) {
  OsaBlock block = filled({8, 4, 12});
  const at::Tensor x = test::formula(500, {2, 8, 7, 5});
  EXPECT_LT(test::largest_difference(block->forward(x), osa(block, x)), 1e-5);
}

TEST(OsaBlock, ProjectsItsInputAlsoWhereChannelsMatch) {
  OsaBlock block = filled({8, 4, 8});
  const at::NoGradGuard no_gradients;
  test::named(*block, "conv_concat.bn.weight").zero_();
  test::named(*block, "conv_concat.bn.bias").zero_();
  const at::Tensor x = test::formula(500, {2, 8, 7, 5});
  EXPECT_LT(test::largest_difference(block->forward(x), conv_bn_relu(*block, "shortcut.", x)), 1e-6);
}

TEST(OsaBlock, StaysInChannelsLastOrder) {
  OsaBlock block = filled({8, 4, 12});
  const at::Tensor y = block->forward(test::channels_last(test::formula(500, {2, 8, 7, 5})));
  EXPECT_TRUE(y.is_contiguous(at::MemoryFormat::ChannelsLast));
}

TEST(OsaBlock, ComputesInBfloat16UnderAutocast) {
  OsaBlock block = filled({8, 4, 12});
  const at::Tensor x = test::channels_last(test::formula(500, {2, 8, 7, 5}));
  const at::Tensor exact = block->forward(x);
  const Autocast on(true);
  const at::Tensor rough = block->forward(x);
  EXPECT_EQ(rough.scalar_type(), at::kBFloat16);
  EXPECT_LT(test::largest_difference(rough, exact), 0.02 * exact.abs().max().item<double>());
}

}  // namespace
}  // namespace tn
