#include "libcore/net/sgd.hpp"

#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

namespace tn {
namespace {

TrainOptions sgd(double momentum, double decay, bool nesterov = false) {
  TrainOptions options;
  options.optimizer = Optimizer::sgd;
  options.momentum = momentum;
  options.weight_decay = decay;
  options.nesterov = nesterov;
  return options;
}

// A weight of 1 after steps with these gradients at rate 0.1.
float after(const TrainOptions& options, const std::vector<double>& gradients) {
  at::Tensor w = at::ones({1, 1});
  w.set_requires_grad(true);
  const auto descent = make_descent({{"w", w}}, options);
  for (const double gradient : gradients) {
    w.mutable_grad() = at::full({1, 1}, gradient);
    descent->step(0.1);
  }
  return w.item<float>();
}

TEST(Sgd, PlainStepGoesAgainstTheGradient) {
  EXPECT_FLOAT_EQ(after(sgd(0, 0), {2, 3}), 1 - 0.1F * 5);
}

// b = 2, then 0.5 * 2 + 3 = 4.
TEST(Sgd, MomentumKeepsAShareOfTheStepsBefore) {
  EXPECT_FLOAT_EQ(after(sgd(0.5, 0), {2, 3}), 1 - 0.1F * (2 + 4));
}

// 2 + 0.5 * 2 = 3, then 3 + 0.5 * 4 = 5.
TEST(Sgd, NesterovLooksAhead) {
  EXPECT_FLOAT_EQ(after(sgd(0.5, 0, true), {2, 3}), 1 - 0.1F * (3 + 5));
}

TEST(Sgd, DecayJoinsTheGradient) {
  EXPECT_FLOAT_EQ(after(sgd(0, 0.5), {0}), 1 - 0.1F * 0.5F);
}

TEST(Sgd, ParameterWithoutGradientStays) {
  at::Tensor w = at::ones({1, 1});
  w.set_requires_grad(true);
  make_descent({{"w", w}}, sgd(0.9, 0.5))->step(0.1);
  EXPECT_FLOAT_EQ(w.item<float>(), 1);
}

TEST(Sgd, GradientInAnotherMemoryFormatMeetsItsElement) {
  at::Tensor w = at::zeros({2, 2, 3, 3});
  w.set_requires_grad(true);
  at::Tensor gradient = at::zeros({2, 2, 3, 3});
  gradient[1][0][2][1] = 1.0;
  w.mutable_grad() = gradient.contiguous(at::MemoryFormat::ChannelsLast);
  make_descent({{"w", w}}, sgd(0.9, 0))->step(0.1);
  EXPECT_FLOAT_EQ(w[1][0][2][1].item<float>(), -0.1F);
  EXPECT_FLOAT_EQ(w.sum().item<float>(), -0.1F);
}

TEST(Sgd, StateIsTheBufferAndNoneWithoutMomentum) {
  at::Tensor w = at::ones({1, 1});
  w.set_requires_grad(true);
  const auto descent = make_descent({{"w", w}}, sgd(0.5, 0));
  ASSERT_EQ(descent->state().size(), 1U);
  EXPECT_EQ(descent->state()[0].first, "sgd.b.w");
  descent->state()[0].second.fill_(4);
  w.mutable_grad() = at::zeros({1, 1});
  descent->step(0.1);
  EXPECT_FLOAT_EQ(w.item<float>(), 1 - 0.1F * 2);
  EXPECT_TRUE(make_descent({{"w", w}}, sgd(0, 0))->state().empty());
}

}  // namespace
}  // namespace tn
