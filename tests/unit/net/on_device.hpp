// What every device must do as the processor does.
#pragma once

#include <ATen/core/grad_mode.h>
#include <ATen/ops/rand.h>
#include <gtest/gtest.h>

#include <functional>
#include <opencv2/imgproc.hpp>
#include <string>

#include "libcore/net/batch_feed.hpp"
#include "libcore/net/learner.hpp"
#include "libcore/net/registry.hpp"
#include "libcore/net/runtime.hpp"
#include "libcore/net/trainer.hpp"
#include "tests/unit/net/tensors.hpp"
#include "tests/unit/net/training_fixture.hpp"

namespace tn::test {

// Of the largest logit: roundings, and in bfloat16 those of eight bits through all layers.
constexpr double kExact = 1e-3, kInBfloat16 = 0.25;

// The network of that name, with weights by formula; on the device in mixed precision, if asked for.
inline void expect_like_answers(const std::string& name, at::Device device, bool bfloat16 = false) {
  const NetOptions options = whole_network(name);
  const auto there = make_network(options), here = make_network(options);
  fill_by_formula(*there);
  fill_by_formula(*here);
  here->to(device);
  there->eval();
  here->eval();
  const at::NoGradGuard no_grad;
  const at::Tensor images = at::rand({2, options.in_channels, 64, 64});
  const Prediction expected = there->forward(images);
  const Autocast autocast(bfloat16, device.type());
  const Prediction found = here->forward(images.to(device));
  const double limit = bfloat16 ? kInBfloat16 : kExact;
  const auto close = [=](const at::Tensor& a, const at::Tensor& b) {
    if (!a.defined()) return testing::AssertionSuccess();
    const double away = largest_difference(a, b.cpu().to(at::kFloat)) / a.abs().max().item<double>();
    return (away <= limit && (!bfloat16 || away > 0) ? testing::AssertionSuccess()
                                                     : testing::AssertionFailure())
           << away << " away";
  };
  EXPECT_TRUE(close(expected.mask_logits, found.mask_logits));
  EXPECT_TRUE(close(expected.class_logits, found.class_logits));
}

inline Batch batch_of(const TrainJob& job, at::Device device) {
  const CaseStore store(job.train, job.size, std::int64_t{1} << 30, 1, [] { return false; });
  return BatchFeed(store, job.options, 4, 1, 0, 1, device).take({1, 0});
}

struct Stepped {
  StepLoss first, loss;  // of the first and of the last step
  NamedTensors everything;
};

// In the job's precision. `before_step` is called before each step, when its batch is there.
inline Stepped two_steps(
    const TrainJob& job, at::Device device, const std::function<void()>& before_step = [] {}) {
  Learner learner(job, job.options.precision == Precision::bfloat16, device);
  Stepped result;
  for (int step = 0; step < 2; ++step) {
    const Batch batch = batch_of(job, device);
    before_step();
    result.loss = learner.gradients(batch, 5, 2);
    if (step == 0) result.first = result.loss;
    learner.clip(result.loss.gradient_norm, 0.5);
    learner.step(1e-3, step);
  }
  for (const auto& [name, tensor] : learner.everything())
    result.everything.emplace_back(name, tensor.detach().cpu().clone());
  return result;
}

inline void expect_like_steps(const Stepped& there, const Stepped& here) {
  EXPECT_NEAR(here.loss.total, there.loss.total, 1e-5);
  EXPECT_NEAR(here.loss.gradient_norm, there.loss.gradient_norm, 1e-4 * there.loss.gradient_norm);
  ASSERT_EQ(here.everything.size(), there.everything.size());
  for (std::size_t i = 0; i < here.everything.size(); ++i) {
    const at::Tensor &a = here.everything[i].second, &b = there.everything[i].second;
    // Adam turns a rounding of a gradient near 0 into a whole step: on the mean, a step left out is 1e-3.
    const double away = (a.to(at::kDouble) - b.to(at::kDouble)).abs().mean().item<double>();
    EXPECT_LT(away, 1e-4) << here.everything[i].first;
  }
}

// A run that is stopped before its third step on one device and goes on on the other has the losses of one
// that never stopped.
inline void expect_resume_across(const std::string& name, const std::string& from, const std::string& to) {
  const TrainJob whole = draw_job(name + "_whole", 8, 4);
  TrainJob job = draw_job(name + "_parts", 8, 4);
  Listener undisturbed;
  Trainer(whole, undisturbed).run();
  Listener first(/*stop_at=*/3);
  job.options.device = from;
  EXPECT_TRUE(Trainer(job, first).run().interrupted);
  job.resume = true;
  job.options.device = to;
  Listener second;
  EXPECT_FALSE(Trainer(job, second).run().interrupted);
  std::vector<double> losses = first.losses;
  losses.insert(losses.end(), second.losses.begin(), second.losses.end());
  ASSERT_EQ(losses.size(), undisturbed.losses.size());
  for (std::size_t i = 0; i < losses.size(); ++i) EXPECT_NEAR(losses[i], undisturbed.losses[i], 1e-3) << i;
}

// The model file of a short training.
inline std::string trained(const std::string& name) {
  TrainJob job = draw_job(name, 8, 4);
  job.options.epochs = 1;
  Listener listener;
  Trainer(job, listener).run();
  return job.folder + "/model.safetensors";
}

inline cv::Mat1b frame() {
  cv::Mat1b image(kSide, kSide, std::uint8_t{160});
  cv::circle(image, {30, 28}, 11, cv::Scalar(40), cv::FILLED);
  return image;
}

}  // namespace tn::test
