#include "libcore/net/initialise.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "libcore/net/registry.hpp"
#include "libcore/net/weights.hpp"
#include "tests/unit/net/tensors.hpp"

namespace tn {
namespace {

std::shared_ptr<Network> initialised(std::uint64_t seed) {
  auto network = make_network({.arch = "ffanet-tiny"});
  test::fill_by_formula(*network);
  initialise(*network, make_generator(seed));
  return network;
}

bool equal(const Network& a, const Network& b) {
  const NamedTensors first = named_state(a), second = named_state(b);
  return std::equal(first.begin(), first.end(), second.begin(), second.end(),
                    [](const auto& x, const auto& y) { return x.second.equal(y.second); });
}

double deviation(const at::Tensor& values) {
  return values.std().item<double>();
}

TEST(Initialise, ConvolutionsAreXavierNormal) {
  const at::Tensor weight = test::named(*initialised(1), "attention.position_in.conv.weight");  // [16,64,3,3]
  EXPECT_NEAR(deviation(weight), std::sqrt(2.0 / ((16 + 64) * 9)), 0.002);
  EXPECT_NEAR(weight.mean().item<double>(), 0, 0.002);
}

TEST(Initialise, FullyConnectedLayersAreXavierNormal) {
  EXPECT_NEAR(deviation(test::named(*initialised(1), "class_head.weight")), std::sqrt(2.0 / (2 + 128)), 0.02);
}

TEST(Initialise, BatchNormWeightsAreNearOne) {
  const at::Tensor weight = test::named(*initialised(1), "encoder.stages.3.blocks.0.conv_concat.bn.weight");
  EXPECT_NEAR(weight.mean().item<double>(), 1, 0.008);
  EXPECT_NEAR(deviation(weight), 0.02, 0.005);
}

TEST(Initialise, BiasesAndGammasAreZeroAndStatisticsNew) {
  for (const auto& [name, tensor] : named_state(*initialised(1))) {
    const bool zero = name.ends_with("bias") || name.ends_with("gamma") || name.ends_with("running_mean") ||
                      name.ends_with("num_batches_tracked");
    if (zero) {
      EXPECT_EQ(tensor.abs().max().item<float>(), 0) << name;
    }
    if (name.ends_with("running_var")) {
      EXPECT_EQ((tensor - 1).abs().max().item<float>(), 0) << name;
    }
  }
}

TEST(Initialise, EqualSeedsGiveEqualNetworks) {
  EXPECT_TRUE(equal(*initialised(1), *initialised(1)));
  EXPECT_FALSE(equal(*initialised(1), *initialised(2)));
}

TEST(Initialise, MemoryFormatChangesNothing) {
  auto network = make_network({.arch = "ffanet-tiny"});
  for (const at::Tensor& parameter : network->parameters())
    if (parameter.dim() == 4) parameter.set_data(test::channels_last(parameter.data()));
  initialise(*network, make_generator(1));
  EXPECT_TRUE(equal(*network, *initialised(1)));
}

}  // namespace
}  // namespace tn
