// What runs on a GPU, run on a device that refuses what a GPU refuses: networks, training, inference.
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/tensor.h>
#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "libcore/net/batch_feed.hpp"
#include "libcore/net/checkpoint.hpp"
#include "libcore/net/explainer.hpp"
#include "libcore/net/learner.hpp"
#include "libcore/net/predictor.hpp"
#include "libcore/net/registry.hpp"
#include "libcore/net/replayed_network.hpp"
#include "libcore/net/saved_network.hpp"
#include "libcore/net/tensor_sums.hpp"
#include "libcore/net/trainer.hpp"
#include "libcore/net/transfer.hpp"
#include "tests/support/local_processes.hpp"
#include "tests/unit/net/on_device.hpp"
#include "tests/unit/net/stand_in.hpp"
#include "tests/unit/net/tensors.hpp"
#include "tests/unit/net/training_fixture.hpp"

namespace tn {
namespace {

const std::string kStandIn = "standin:0";  // as LibTorch knows it

class StandIn : public testing::Test {
 protected:
  void SetUp() override {
    device_ = test::stand_in();
    test::forget_traffic();
  }
  void TearDown() override { test::limit_memory(-1); }
  at::Device device_ = at::kCPU;
};

TEST_F(StandIn, RefusesATensorOfTheProcessor) {
  const at::Tensor here = at::ones({2, 2}).to(device_), there = at::ones({2, 2});
  EXPECT_THROW(here + there, c10::Error);
  EXPECT_THROW(here.matmul(there), c10::Error);
  EXPECT_EQ((here + 1).sum().item<float>(), 8);  // a scalar may come from anywhere
}

TEST_F(StandIn, CountsWhatIsRead) {
  const at::Tensor here = at::ones({2, 2}).to(device_);
  test::forget_traffic();
  here.sum().item<float>();
  here.cpu();
  EXPECT_EQ(test::traffic().reads, 2);
}

TEST_F(StandIn, NoticesWhatIsUsedBeforeItHasCome) {
  const c10::impl::VirtualGuardImpl guard(device_.type());
  const c10::Stream beside = guard.getStreamFromGlobalPool(device_);
  at::Tensor made;
  {
    const c10::StreamGuard on(beside);
    made = at::ones({4}).to(device_);
  }
  test::forget_traffic();
  const at::Tensor early = made + 1;
  EXPECT_EQ(test::traffic().stray_uses, 1);
  c10::Event event(device_.type());
  event.record(beside);
  event.block(guard.getStream(device_));
  const at::Tensor late = made + 1;
  EXPECT_EQ(test::traffic().stray_uses, 1);
}

TEST_F(StandIn, ShipmentIsSentWithoutAWait) {
  test::forget_traffic();
  Shipment shipment({at::ones({4}), at::rand({3, 3})}, device_, stream_beside(device_));
  EXPECT_EQ(test::traffic().sends, 2);
  EXPECT_EQ(test::traffic().blocking_sends, 0);
  {
    const std::vector<at::Tensor> tensors = shipment.unload();
    EXPECT_TRUE((tensors[0] + 0).cpu().equal(at::ones({4})));
  }
  EXPECT_EQ(test::traffic().stray_uses, 0);
}

// Every network of the registry, both heads where it has them.
class StandInArchitecture : public testing::TestWithParam<std::string> {};
TEST_P(StandInArchitecture, AnswersAsOnTheProcessor) {
  test::expect_like_answers(GetParam(), test::stand_in());
}
TEST_P(StandInArchitecture, AnswersInMixedPrecision) {
  test::expect_like_answers(GetParam(), test::stand_in(), /*bfloat16=*/true);
}
INSTANTIATE_TEST_SUITE_P(All, StandInArchitecture, testing::ValuesIn(architecture_names()),
                         [](const auto& one) {
                           std::string name = one.param;
                           std::erase(name, '-');
                           return name;
                         });

class StandInStep : public testing::TestWithParam<Optimizer> {};
TEST_P(StandInStep, LearnsAsOnTheProcessorAndWaitsOnce) {
  TrainJob job = draw_job("stand_in_step", 4, 0);
  job.train[1].label.reset();
  job.train[2].mask.reset();
  job.options.optimizer = GetParam();
  const test::Stepped there = test::two_steps(job, at::kCPU);
  const test::Stepped here = test::two_steps(job, test::stand_in(), &test::forget_traffic);
  EXPECT_EQ(test::traffic().reads, static_cast<std::int64_t>(here.everything.size()) + 1);
  EXPECT_EQ(test::traffic().blocking_sends, 0);
  EXPECT_EQ(test::traffic().stray_uses, 0);
  test::expect_like_steps(there, here);
}
// As in bfloat16 on the processor, and but for the rounding of eight bits as in float32. Adam's second step
// starts from other weights, where the rounding turned a gradient near 0.
TEST_P(StandInStep, LearnsInMixedPrecision) {
  TrainJob job = draw_job("stand_in_half_step", 4, 0);
  job.options.optimizer = GetParam();
  const test::Stepped exact = test::two_steps(job, test::stand_in());
  job.options.precision = Precision::bfloat16;
  const test::Stepped there = test::two_steps(job, at::kCPU);
  const test::Stepped here = test::two_steps(job, test::stand_in(), &test::forget_traffic);
  EXPECT_EQ(test::traffic().reads, static_cast<std::int64_t>(here.everything.size()) + 1);
  EXPECT_EQ(test::traffic().blocking_sends, 0);
  EXPECT_EQ(test::traffic().stray_uses, 0);
  EXPECT_NE(here.first.total, exact.first.total);
  EXPECT_NEAR(here.first.total, there.first.total, 5e-3 * there.first.total);
  EXPECT_NEAR(here.first.gradient_norm, there.first.gradient_norm, 0.05 * there.first.gradient_norm);
  EXPECT_NEAR(here.first.gradient_norm, exact.first.gradient_norm, 0.3 * exact.first.gradient_norm);
  EXPECT_NEAR(here.loss.total, there.loss.total, 0.05 * there.loss.total);
  for (const auto& [name, tensor] : here.everything) EXPECT_NE(tensor.scalar_type(), at::kBFloat16) << name;
}
INSTANTIATE_TEST_SUITE_P(Optimizers, StandInStep,
                         testing::Values(Optimizer::adam, Optimizer::adamw, Optimizer::sgd));

class StandInRun : public testing::TestWithParam<Precision> {};
TEST_P(StandInRun, TrainsValidatesAndCalibrates) {
  test::stand_in();
  const bool half = GetParam() == Precision::bfloat16;
  TrainJob job = draw_job(half ? "stand_in_half_run" : "stand_in_run", 8, 4);
  job.options.device = kStandIn;
  job.options.precision = GetParam();
  const std::int64_t before = test::operators_run();
  Listener listener;
  const TrainOutcome outcome = Trainer(job, listener).run();
  EXPECT_EQ(outcome.epochs, 3);
  EXPECT_GT(test::operators_run(), before + 1000);
  EXPECT_TRUE(path_exists(job.folder + "/model.safetensors"));
  EXPECT_EQ(listener.epochs.size(), 3U);
}
INSTANTIATE_TEST_SUITE_P(Precisions, StandInRun, testing::Values(Precision::float32, Precision::bfloat16),
                         [](const auto& one) {
                           return one.param == Precision::bfloat16 ? "bfloat16" : "float32";
                         });

TEST_F(StandIn, RunGoesOnAcrossDevices) {
  test::expect_resume_across("stand_in_there", "cpu", kStandIn);
  test::expect_resume_across("stand_in_back", kStandIn, "cpu");
}

TEST_F(StandIn, MemoryThatEndsHalvesTheBatch) {
  TrainJob job = draw_job("stand_in_memory", 8, 0);
  job.options.device = kStandIn;
  job.options.epochs = 1;
  Listener unlimited, listener;
  const std::int64_t before = test::used_memory();
  test::forget_traffic();
  Trainer(job, unlimited).run();
  const std::int64_t needed = test::peak_memory() - before;
  test::limit_memory(test::used_memory() + needed * 4 / 5);
  Trainer(job, listener).run();
  EXPECT_TRUE(unlimited.warnings.empty());
  ASSERT_FALSE(listener.warnings.empty());
  EXPECT_NE(listener.warnings.front().find("out of memory at step 1 of epoch 1"), std::string::npos)
      << listener.warnings.front();
  EXPECT_EQ(listener.losses.size(), 2U);
}

TEST_F(StandIn, ModelAnswersAsOnTheProcessor) {
  const std::string model = test::trained("stand_in_model");
  PredictOptions options;
  options.precision = Precision::float32;
  cv::Mat1b turned;
  cv::flip(test::frame(), turned, 0);
  const std::vector<cv::Mat1b> frames{test::frame(), turned};
  const std::vector<NetOutput> expected = TorchPredictor(model, options).predict(frames);
  options.device = kStandIn;
  TorchPredictor predictor(model, options);
  test::forget_traffic();
  const std::vector<NetOutput> found = predictor.predict(frames);
  EXPECT_EQ(test::traffic().reads, 2);  // masks and classes of all frames
  EXPECT_EQ(test::traffic().blocking_sends, 0);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    EXPECT_LT(cv::norm(found[i].probability, expected[i].probability, cv::NORM_INF), 1e-4);
    EXPECT_NEAR(*found[i].p_malignant, *expected[i].p_malignant, 1e-5);
  }
}

TEST_F(StandIn, ModelAnswersInMixedPrecision) {
  const std::string model = test::trained("stand_in_half_model");
  const cv::Mat1b image = test::frame();
  PredictOptions options;
  options.precision = Precision::float32;
  const NetOutput expected = TorchPredictor(model, options).predict({&image, 1}).front();
  options.device = kStandIn;
  options.precision = Precision::bfloat16;
  const NetOutput found = TorchPredictor(model, options).predict({&image, 1}).front();
  const double away = cv::norm(found.probability, expected.probability, cv::NORM_INF);
  EXPECT_GT(away, 0);
  EXPECT_LT(away, 0.03);
  EXPECT_NEAR(*found.p_malignant, *expected.p_malignant, 0.02);
}

TEST_F(StandIn, ModelExplainsItselfAsOnTheProcessor) {
  const std::string model = test::trained("stand_in_explained");
  const cv::Mat1b image = test::frame();
  PredictOptions options;
  const ActivationMaps expected = TorchExplainer(model, options).explain({&image, 1}, 0.1).front();
  options.device = kStandIn;
  const ActivationMaps found = TorchExplainer(model, options).explain({&image, 1}, 0.1).front();
  ASSERT_TRUE(expected.classes && found.classes);
  EXPECT_LT(cv::norm(found.classes->map, expected.classes->map, cv::NORM_INF), 1e-3);
  EXPECT_NEAR(found.plain->highest, expected.plain->highest, 1e-3 * std::abs(expected.plain->highest));
}

// Repeats the work itself, and counts.
class RepeatedWork : public DeviceGraph {
 public:
  RepeatedWork(int& captures, int& replays) : captures_(captures), replays_(replays) {}
  CollectiveFailure capture(const std::function<void()>& work) noexcept override {
    ++captures_;
    work_ = work;
    work_();
    return {};
  }
  CollectiveFailure replay() noexcept override {
    ++replays_;
    work_();
    return {};
  }

 private:
  int &captures_, &replays_;
  std::function<void()> work_;
};

TEST_F(StandIn, GraphIsRecordedOnceForEachShape) {
  int captures = 0, replays = 0;
  ReplayedNetwork network(
      [](const at::Tensor& images) {
        return Prediction{images * 2, {}};
      },
      [&] { return std::make_unique<RepeatedWork>(captures, replays); });
  for (const std::int64_t count : {1, 2, 1, 2, 2}) {
    const at::Tensor images = at::rand({count, 1, 4, 4});
    EXPECT_TRUE(network.forward(images.to(device_)).mask_logits.cpu().equal(images * 2));
  }
  EXPECT_EQ(captures, 2);
  EXPECT_EQ(replays, 5);
}

TEST_F(StandIn, ShapesBeyondTheMostAreComputedAsEver) {
  int captures = 0, replays = 0;
  ReplayedNetwork network(
      [](const at::Tensor& images) {
        return Prediction{images * 2, {}};
      },
      [&] { return std::make_unique<RepeatedWork>(captures, replays); });
  for (std::int64_t side = 1; side <= 10; ++side) {
    const at::Tensor images = at::rand({1, 1, side, side});
    EXPECT_TRUE(network.forward(images.to(device_)).mask_logits.cpu().equal(images * 2));
  }
  EXPECT_EQ(captures, static_cast<int>(ReplayedNetwork::kMostShapes));
}

TEST_F(StandIn, GraphThatFailsIsAnError) {
  struct Failing : DeviceGraph {
    CollectiveFailure capture(const std::function<void()>&) noexcept override {
      return {Exit::internal, "no graph"};
    }
    CollectiveFailure replay() noexcept override { return {}; }
  };
  ReplayedNetwork network(
      [](const at::Tensor& images) {
        return Prediction{images, {}};
      },
      [] { return std::make_unique<Failing>(); });
  EXPECT_THROW(network.forward(at::ones({1, 1, 2, 2}).to(device_)), Error);
}

TEST_F(StandIn, SumsOverProcessesGoThroughTheHost) {
  test::LocalProcesses(2).run([&](Collectives& processes) {
    const auto sums = make_tensor_sums(processes, device_, {});
    const at::Tensor values = at::tensor({1.0F, 2.0F}).mul(processes.rank() + 1).to(device_);
    sums->join(sums->start(values));
    sums->wait();
    EXPECT_TRUE(values.cpu().equal(at::tensor({3.0F, 6.0F})));
  });
}

}  // namespace
}  // namespace tn
