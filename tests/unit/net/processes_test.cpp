// Gradients and batch norm over several processes, against one process that has all images.
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>
#include <torch/nn/modules/batchnorm.h>

#include "libcore/net/gradient_buckets.hpp"
#include "libcore/net/sync_batch_norm.hpp"
#include "tests/support/local_processes.hpp"

namespace tn {
namespace {

double largest(const at::Tensor& difference) {
  return difference.abs().max().item<double>();
}

at::Tensor leaf(const at::Tensor& values) {
  return values.detach().clone().requires_grad_(true);
}

struct Normed {
  at::Tensor output, features_gradient, weight_gradient, bias_gradient, mean, variance;
};

Normed normed_alone(const at::Tensor& features, const at::Tensor& weight, const at::Tensor& bias,
                    const at::Tensor& slope) {
  const at::Tensor x = leaf(features), w = leaf(weight), b = leaf(bias);
  at::Tensor mean = at::zeros({3}), variance = at::ones({3});
  const at::Tensor y = at::batch_norm(x, w, b, mean, variance, true, 0.1, 1e-5, false);
  (y * slope).sum().backward();
  return {y.detach(), x.grad(), w.grad(), b.grad(), mean, variance};
}

// Two processes with 3 and 2 of five images.
Normed normed_together(const at::Tensor& features, const at::Tensor& weight, const at::Tensor& bias,
                       const at::Tensor& slope) {
  std::vector<Normed> parts(2);
  test::LocalProcesses(2).run([&](Collectives& processes) {
    const std::int64_t first = processes.rank() == 0 ? 0 : 3;
    const std::int64_t count = processes.rank() == 0 ? 3 : 2;
    const at::Tensor x = leaf(features.narrow(0, first, count)), w = leaf(weight), b = leaf(bias);
    at::Tensor mean = at::zeros({3}), variance = at::ones({3});
    const auto sums = sums_by_host(processes);
    const at::Tensor y = sync_batch_norm(x, w, b, mean, variance, 0.1, 1e-5, *sums);
    (y * slope.narrow(0, first, count)).sum().backward();
    parts[static_cast<std::size_t>(processes.rank())] = {y.detach(), x.grad(), w.grad(),
                                                         b.grad(),   mean,     variance};
  });
  return {at::cat({parts[0].output, parts[1].output}),
          at::cat({parts[0].features_gradient, parts[1].features_gradient}),
          parts[0].weight_gradient + parts[1].weight_gradient,
          parts[0].bias_gradient + parts[1].bias_gradient,
          parts[1].mean,
          parts[0].variance};
}

class SyncBatchNorm : public testing::Test {
 protected:
  at::Tensor features_ = at::randn({5, 3, 6, 7}) * 3 + 10;
  at::Tensor weight_ = at::randn({3}), bias_ = at::randn({3});
  at::Tensor slope_ = at::randn({5, 3, 6, 7});
  Normed alone_ = normed_alone(features_, weight_, bias_, slope_);
  Normed together_ = normed_together(features_, weight_, bias_, slope_);
};

TEST_F(SyncBatchNorm, NormalisesByAllProcessesImages) {
  EXPECT_LT(largest(alone_.output - together_.output), 1e-5);
}
TEST_F(SyncBatchNorm, HasTheGradientOfOneProcess) {
  EXPECT_LT(largest(alone_.features_gradient - together_.features_gradient), 1e-5);
  EXPECT_LT(largest(alone_.weight_gradient - together_.weight_gradient), 1e-4);
  EXPECT_LT(largest(alone_.bias_gradient - together_.bias_gradient), 1e-5);
}
TEST_F(SyncBatchNorm, MovesTheRunningStatisticsAlike) {
  EXPECT_LT(largest(alone_.mean - together_.mean), 1e-5);
  EXPECT_LT(largest(alone_.variance - together_.variance), 1e-4);
}

// y = sum over images of (a x) . (b x): gradients of the parts add up to that of the whole.
class Buckets : public testing::TestWithParam<std::int64_t> {};
TEST_P(Buckets, GradientsAreThoseOfAllImages) {
  const at::Tensor images = at::randn({4, 20});
  const at::Tensor a = at::randn({20}), b = at::randn({20});
  const auto loss = [](const at::Tensor& x, const at::Tensor& first, const at::Tensor& second) {
    return ((x * first).sum(1) * (x * second).sum(1)).sum();
  };
  const at::Tensor a0 = leaf(a), b0 = leaf(b);
  loss(images, a0, b0).backward();
  test::LocalProcesses(2).run([&](Collectives& processes) {
    const at::Tensor a1 = leaf(a), b1 = leaf(b);
    const auto sums = sums_by_host(processes);
    GradientBuckets buckets({{"a", a1}, {"b", b1}}, *sums, GetParam());
    const std::int64_t first = 2 * processes.rank();
    loss(images.narrow(0, first, 1), a1, b1).backward();  // a micro-batch that is not sent
    buckets.arm();
    loss(images.narrow(0, first + 1, 1), a1, b1).backward();
    buckets.finish();
    EXPECT_LT(largest(a1.grad() - a0.grad()), 1e-4);
    EXPECT_LT(largest(b1.grad() - b0.grad()), 1e-4);
  });
}
INSTANTIATE_TEST_SUITE_P(Bytes, Buckets, testing::Values(1, 80, 1000));

TEST(Collectives, AllSayYesWhereEachDoes) {
  EXPECT_TRUE(all_say(nullptr, true));
  EXPECT_FALSE(all_say(nullptr, false));
  test::LocalProcesses(3).run([](Collectives& processes) {
    EXPECT_TRUE(all_say(&processes, true));
    EXPECT_FALSE(all_say(&processes, processes.rank() != 1));
  });
}

TEST(GradientBuckets, ParameterThatNobodyUsesHasNone) {
  test::LocalProcesses(2).run([&](Collectives& processes) {
    const at::Tensor used = leaf(at::randn({3})), idle = leaf(at::randn({3}));
    const auto sums = sums_by_host(processes);
    GradientBuckets buckets({{"used", used}, {"idle", idle}}, *sums);
    buckets.arm();
    (used * 2).sum().backward();
    buckets.finish();
    EXPECT_FALSE(idle.grad().defined());
    EXPECT_EQ(used.grad()[0].item<double>(), 4);
  });
}

}  // namespace
}  // namespace tn
