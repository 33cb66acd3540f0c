#include "libcore/net/adam.hpp"

#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>

namespace tn {
namespace {

at::Tensor parameter(std::vector<std::int64_t> shape, double value) {
  at::Tensor tensor = at::full(shape, value, at::kFloat);
  tensor.set_requires_grad(true);
  return tensor;
}

TrainOptions plain(Optimizer optimizer, double decay) {
  TrainOptions options;
  options.optimizer = optimizer;
  options.weight_decay = decay;
  options.beta1 = 0.9;
  options.beta2 = 0.99;
  return options;
}

// The first step of Adam moves by the learning rate against the gradient's sign, whatever its size.
TEST(Adam, FirstStepMovesByTheLearningRate) {
  at::Tensor w = parameter({2, 3}, 1.0);
  Adam adam({{"w", w}}, plain(Optimizer::adam, 0));
  w.mutable_grad() = at::full({2, 3}, 5.0);
  adam.step(0.1);
  EXPECT_NEAR(w[0][0].item<float>(), 0.9, 1e-6);
}

// Second step worked out by hand with gradients 1 and then 3.
TEST(Adam, SecondStepFollowsTheMoments) {
  at::Tensor w = parameter({1, 1}, 0.0);
  Adam adam({{"w", w}}, plain(Optimizer::adam, 0));
  w.mutable_grad() = at::full({1, 1}, 1.0);
  adam.step(0.1);
  w.mutable_grad() = at::full({1, 1}, 3.0);
  adam.step(0.1);
  const double m = (0.9 * 0.1 * 1 + 0.1 * 3) / (1 - 0.81);
  const double v = (0.99 * 0.01 * 1 + 0.01 * 9) / (1 - 0.9801);
  EXPECT_NEAR(w.item<float>(), -0.1 - 0.1 * m / (std::sqrt(v) + 1e-8), 1e-6);
}

TEST(AdamW, DecayIsDecoupledFromTheGradient) {
  at::Tensor w = parameter({1, 1}, 2.0);
  Adam adam({{"w", w}}, plain(Optimizer::adamw, 0.5));
  w.mutable_grad() = at::zeros({1, 1});
  adam.step(0.1);
  EXPECT_NEAR(w.item<float>(), 2.0 * (1 - 0.1 * 0.5), 1e-6);
}

// With adam the decay is part of the gradient, of vectors too: a zero gradient of a weight of 2 becomes 1,
// and the first step moves by the learning rate.
TEST(Adam, DecayJoinsTheGradient) {
  at::Tensor w = parameter({1, 1}, 2.0);
  at::Tensor bias = parameter({1}, -2.0);
  Adam adam({{"w", w}, {"bias", bias}}, plain(Optimizer::adam, 0.5));
  w.mutable_grad() = at::zeros({1, 1});
  bias.mutable_grad() = at::zeros({1});
  adam.step(0.1);
  EXPECT_NEAR(w.item<float>(), 1.9, 1e-6);
  EXPECT_NEAR(bias.item<float>(), -1.9, 1e-6);
}

TEST(AdamW, VectorsAreNotDecayed) {
  at::Tensor bias = parameter({3}, 2.0);
  Adam adam({{"bias", bias}}, plain(Optimizer::adamw, 0.5));
  bias.mutable_grad() = at::zeros({3});
  adam.step(0.1);
  EXPECT_FLOAT_EQ(bias[0].item<float>(), 2.0F);
}

TEST(Adam, ParameterWithoutGradientStays) {
  at::Tensor a = parameter({1, 1}, 1.0);
  at::Tensor b = parameter({1, 1}, 1.0);
  Adam adam({{"a", a}, {"b", b}}, plain(Optimizer::adamw, 0.5));
  a.mutable_grad() = at::ones({1, 1});
  adam.step(0.1);
  EXPECT_NE(a.item<float>(), 1.0F);
  EXPECT_FLOAT_EQ(b.item<float>(), 1.0F);
}

// A gradient that lies otherwise in memory than its parameter must still meet its own element.
TEST(Adam, GradientInAnotherMemoryFormatMeetsItsElement) {
  at::Tensor w = parameter({2, 2, 3, 3}, 0.0);
  Adam adam({{"w", w}}, plain(Optimizer::adam, 0));
  at::Tensor gradient = at::ones({2, 2, 3, 3});
  gradient[1][0][2][1] = -1.0;
  w.mutable_grad() = gradient.contiguous(at::MemoryFormat::ChannelsLast);
  adam.step(0.1);
  EXPECT_NEAR(w[1][0][2][1].item<float>(), 0.1, 1e-6);
  EXPECT_NEAR(w[1][0][1][2].item<float>(), -0.1, 1e-6);
}

TEST(Adam, ParameterInChannelsLastMeetsItsOwnGradientAndMoments) {
  at::Tensor w = at::zeros({2, 2, 3, 3}).contiguous(at::MemoryFormat::ChannelsLast);
  w.set_requires_grad(true);
  Adam adam({{"w", w}}, plain(Optimizer::adam, 0));
  for (int step = 0; step < 2; ++step) {
    at::Tensor gradient = at::ones({2, 2, 3, 3});
    gradient[1][0][2][1] = -1.0;
    w.mutable_grad() = gradient;
    adam.step(0.1);
  }
  EXPECT_NEAR(w[1][0][2][1].item<float>(), 0.2, 1e-5);
  EXPECT_NEAR(w.sum().item<float>(), -0.2 * 34, 1e-4);
}

TEST(Adam, StateIsAHandleThatCanBeWrittenTo) {
  at::Tensor w = parameter({1, 1}, 0.0);
  Adam adam({{"w", w}}, plain(Optimizer::adam, 0));
  for (auto& [name, tensor] : adam.state())
    if (name == "adam.m.w") tensor.fill_(7);
  EXPECT_FLOAT_EQ(adam.state()[0].second.item<float>(), 7.0F);
}

}  // namespace
}  // namespace tn
