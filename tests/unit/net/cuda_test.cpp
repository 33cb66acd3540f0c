// The same on a real GPU; skipped, with the reason, where there is none.
#include <ATen/Context.h>
#include <ATen/ops/rand.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "libcore/base/error.hpp"
#include "libcore/net/attention.hpp"
#include "libcore/net/cuda_border.hpp"
#include "libcore/net/device.hpp"
#include "libcore/net/libtorch.hpp"
#include "libcore/net/predictor.hpp"
#include "libcore/net/runtime.hpp"
#include "tests/unit/net/on_device.hpp"

namespace tn {
namespace {

class Cuda : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    try {
      name_ = find_device({DeviceKind::cuda}).name;
      open_libtorch_cuda();
      expect_device(name_);
    } catch (const Error& error) {
      GTEST_SKIP() << error.what();
    }
    set_gpu_arithmetic(/*tf32=*/false, /*deterministic=*/true);
  }
  at::Device device() const { return at::Device(name_); }
  std::string name_;
};

using CudaArchitecture = Cuda;
TEST_P(CudaArchitecture, AnswersAsOnTheProcessor) {
  test::expect_like_answers(GetParam(), device());
}
INSTANTIATE_TEST_SUITE_P(All, CudaArchitecture, testing::ValuesIn(architecture_names()), [](const auto& one) {
  std::string name = one.param;
  std::erase(name, '-');
  return name;
});

TEST_F(Cuda, StepIsThatOfTheProcessor) {
  for (const Optimizer optimizer : {Optimizer::adam, Optimizer::adamw, Optimizer::sgd}) {
    TrainJob job = draw_job("cuda_step", 4, 0);
    job.options.optimizer = optimizer;
    test::expect_like_steps(test::two_steps(job, at::kCPU), test::two_steps(job, device()));
  }
}

// Where LibTorch has only its formula, whose map holds all pairs of pixels, left, it says so.
TEST_F(Cuda, PositionAttentionFitsAFusedKernel) {
  at::globalContext().setSDPUseMath(false);
  for (const std::int64_t width : {16, 96, 512})  // ffanet-tiny, the other layouts, danet
    for (const std::int64_t pool : {1, 2})
      for (const bool half : {false, true}) {
        PositionAttention attention(width, pool);
        attention->to(device());
        const at::Tensor features = at::rand({2, width, 32, 32}).to(device()).requires_grad_(true);
        const Autocast autocast(half, at::kCUDA);
        attention->forward(features).sum().backward();
        EXPECT_TRUE(features.grad().isfinite().all().item<bool>())
            << width << (half ? " bfloat16" : " float32");
      }
  at::globalContext().setSDPUseMath(true);
}

TEST_F(Cuda, TenImagesAreLearntByHeart) {
  for (const Precision precision : {Precision::float32, Precision::bfloat16}) {
    TrainJob job = draw_job("cuda_overfit", 10, 0);
    job.validation = job.train;
    job.options.device = name_;
    job.options.precision = precision;
    job.options.batch = 5;
    job.options.epochs = 60;
    job.options.augment = augment_preset(AugmentPreset::none);
    Listener listener;
    EXPECT_GT(Trainer(job, listener).run().best, 0.9);
  }
}

TEST_F(Cuda, RunGoesOnAcrossDevices) {
  test::expect_resume_across("cuda_there", "cpu", name_);
  test::expect_resume_across("cuda_back", name_, "cpu");
}

// Of another frame, after it has answered to one and to two at a time.
std::vector<NetOutput> answers(const std::string& model, const PredictOptions& options) {
  const cv::Mat1b frame = test::frame();
  cv::Mat1b other;
  cv::flip(frame, other, 0);
  TorchPredictor predictor(model, options);
  predictor.predict({&frame, 1});
  predictor.predict(std::vector<cv::Mat1b>{frame, other});
  return predictor.predict({&other, 1});
}

TEST_F(Cuda, ModelAnswersAsOnTheProcessor) {
  const std::string model = test::trained("cuda_model");
  PredictOptions options;
  options.precision = Precision::float32;
  const std::vector<NetOutput> expected = answers(model, options);
  options.device = name_;
  const std::vector<NetOutput> exact = answers(model, options);
  EXPECT_LT(cv::norm(exact[0].probability, expected[0].probability, cv::NORM_INF), 1e-4);
  EXPECT_NEAR(*exact[0].p_malignant, *expected[0].p_malignant, 1e-5);
  options.precision = Precision::bfloat16;
  EXPECT_LT(cv::norm(answers(model, options)[0].probability, expected[0].probability, cv::NORM_INF), 0.05);
}

TEST_F(Cuda, GraphAnswersAsTheNetwork) {
  if (try_cuda_component().border == nullptr) GTEST_SKIP() << try_cuda_component().failure;
  const std::string model = test::trained("cuda_graph");
  PredictOptions options;
  options.device = name_;
  options.precision = Precision::float32;
  const std::vector<NetOutput> expected = answers(model, options);
  options.graph = true;
  EXPECT_LT(cv::norm(answers(model, options)[0].probability, expected[0].probability, cv::NORM_INF), 1e-4);
}

}  // namespace
}  // namespace tn
