#include "libcore/net/learner.hpp"

#include <ATen/ops/equal.h>
#include <c10/core/CPUAllocator.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "libcore/base/error.hpp"
#include "libcore/net/runtime.hpp"
#include "libcore/net/trainer.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/local_processes.hpp"
#include "tests/unit/net/training_fixture.hpp"

namespace tn {
namespace {

// LibTorch's allocator with a largest size of one tensor, in the words of the real one.
class NarrowAllocator : public c10::Allocator {
 public:
  NarrowAllocator() : inner_(c10::GetCPUAllocator()) { c10::SetCPUAllocator(this, kPriority); }
  ~NarrowAllocator() override { c10::SetCPUAllocator(inner_, kPriority); }
  NarrowAllocator(const NarrowAllocator&) = delete;
  NarrowAllocator& operator=(const NarrowAllocator&) = delete;

  c10::DataPtr allocate(std::size_t bytes) override {
    TORCH_CHECK(bytes <= limit && bytes != refused,
                "[enforce fail] . DefaultCPUAllocator: can't allocate memory: you tried to allocate ", bytes,
                " bytes.");
    return inner_->allocate(bytes);
  }
  c10::DeleterFnPtr raw_deleter() const override { return inner_->raw_deleter(); }
  void copy_data(void* to, const void* from, std::size_t count) const override {
    inner_->copy_data(to, from, count);
  }

  std::size_t limit = std::numeric_limits<std::size_t>::max();
  std::size_t refused = std::numeric_limits<std::size_t>::max();  // no tensor of this size

 private:
  static constexpr std::uint8_t kPriority = 100;  // a later one of the same priority wins
  c10::Allocator* inner_;
};

std::vector<at::Tensor> copies(const NamedTensors& tensors) {
  std::vector<at::Tensor> all;
  for (const auto& tensor : tensors) all.push_back(tensor.second.detach().clone());
  return all;
}

bool same(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!at::equal(a[i], b[i])) return false;
  return true;
}

Batch first_batch(const TrainJob& job) {
  const CaseStore cases(job.train, kSide, 1 << 30, 1, [] { return false; });
  std::vector<std::size_t> order(job.train.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  return make_augmented_batch(cases, order, job.options.augment, 7, 1, 1);
}

TEST(Learner, UndoneGradientsLeaveNoTrace) {
  const TrainJob job = draw_job("learner_undo", 4, 0);
  set_threads(1);
  Learner learner(job, false);
  const Batch batch = first_batch(job);
  const auto before = copies(learner.everything());
  const StepLoss first = learner.gradients(batch, 5, 4);
  EXPECT_FALSE(same(copies(learner.everything()), before));  // running statistics
  learner.undo();
  EXPECT_TRUE(same(copies(learner.everything()), before));
  const StepLoss again = learner.gradients(batch, 5, 4);
  EXPECT_EQ(again.total, first.total);
  EXPECT_EQ(again.gradient_norm, first.gradient_norm);  // twice as much where gradients were left
}

TEST(Learner, EverythingIsTheSameWithTheAveragedWeightsInPlace) {
  const TrainJob job = draw_job("learner_averaged", 4, 0);
  Learner learner(job, false);
  learner.gradients(first_batch(job), 5, 4);
  learner.step(0.01, 0);
  const auto before = copies(learner.everything());
  const auto weights = copies(learner.weights());
  const Learner::Averaged averaged(learner);
  EXPECT_FALSE(same(copies(learner.weights()), weights));
  EXPECT_TRUE(same(copies(learner.everything()), before));
}

// A tensor of 16 channels at half the side, in float32: the first layer's output, for so many images.
std::size_t stem_bytes(int images) {
  return static_cast<std::size_t>(images) * 16 * (kSide / 2) * (kSide / 2) * sizeof(float);
}

TEST(Trainer, WhereMemoryEndsTheBatchIsTakenInMorePartsFromTheSameState) {
  TrainJob halved = draw_job("oom", 8, 2);
  TrainJob given = draw_job("oom_given", 8, 2);
  halved.options.epochs = given.options.epochs = 1;
  given.options.accumulate = 2;
  Listener a, b;
  {
    NarrowAllocator memory;
    memory.limit = stem_bytes(4) - 1;
    Trainer(halved, a).run();
  }
  Trainer(given, b).run();
  ASSERT_EQ(a.warnings.size(), 1U);
  EXPECT_THAT(a.warnings[0], testing::HasSubstr("out of memory at step 1 of epoch 1"));
  EXPECT_THAT(a.warnings[0], testing::HasSubstr("2 parts"));
  EXPECT_EQ(a.losses, b.losses);
  EXPECT_EQ(a.epochs.at(0).val_loss, b.epochs.at(0).val_loss);
}

// Takes memory away before the first step.
class Taker : public Listener {
 public:
  explicit Taker(NarrowAllocator& memory) : memory_(memory) {}
  bool interrupted() override {
    if (start.parameters > 0) memory_.limit = stem_bytes(1) - 1;
    return false;
  }

 private:
  NarrowAllocator& memory_;
};

// Takes memory away before validation.
class ValidationTaker : public Listener {
 public:
  explicit ValidationTaker(NarrowAllocator& memory) : memory_(memory) {}
  void epoch(const EpochLog&) override { memory_.limit = stem_bytes(2) - 1; }

 private:
  NarrowAllocator& memory_;
};

// Smaller parts in one of them alone would bring several processes out of step.
TEST(Trainer, WhereMemoryEndsInValidationOneOfSeveralProcessesEnds) {
  TrainJob job = draw_job("oom_validation", 8, 2);
  job.options.epochs = 1;
  NarrowAllocator memory;
  ValidationTaker listener(memory);
  std::string error;
  test::LocalProcesses(1).run([&](Collectives& processes) {
    job.processes = &processes;
    try {
      Trainer(job, listener).run();
    } catch (const std::exception& thrown) {
      error = thrown.what();
      EXPECT_TRUE(is_out_of_memory(thrown));
    }
  });
  EXPECT_THAT(error, testing::HasSubstr("can't allocate memory"));
  EXPECT_THAT(listener.warnings, testing::IsEmpty());
}

TEST(Trainer, WhereOneImageIsTooMuchItIsTriedAgainLater) {
  TrainJob job = draw_job("oom_end", 8, 2);
  job.options.batch = 2;
  NarrowAllocator memory;
  Taker listener(memory);
  try {
    Trainer(job, listener).run();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Exit::try_again);
    EXPECT_THAT(error.what(), testing::HasSubstr("1 image at a time"));
  }
  EXPECT_EQ(listener.warnings.size(), 1U);
}

// A network that learns from two images at least.
TrainJob deeplab_job(const std::string& name, int train) {
  TrainJob job = draw_job(name, train, 0);
  job.net = {.arch = "deeplabv3plus-r50", .class_head = false};
  job.options.task = Task::segment;
  job.options.batch = train;
  job.options.optimizer = Optimizer::sgd;  // no moments, no averages: checkpoints as small as can be
  job.options.momentum = job.options.ema = 0;
  return job;
}

TEST(Learner, LeavesNoRestThatBatchNormCannotLearnFrom) {
  const TrainJob job = deeplab_job("learner_rest", 7);
  Learner learner(job, false);
  EXPECT_TRUE(std::isfinite(learner.gradients(first_batch(job), 5, 3).total));  // 3 2 2, not 3 3 1
}

// Of the first layer's output for so many images.
std::size_t deeplab_bytes(int images) {
  return static_cast<std::size_t>(images) * 64 * (kSide / 2) * (kSide / 2) * sizeof(float);
}

TEST(Trainer, WhereMemoryEndsNoPartIsSmallerThanTheNetworkLearnsFrom) {
  const TrainJob job = deeplab_job("oom_deeplab", 3);
  NarrowAllocator memory;
  memory.refused = deeplab_bytes(3);
  Listener listener;
  const test::Thrown thrown = test::thrown_by([&] { Trainer(job, listener).run(); });
  EXPECT_EQ(thrown.exit_code, 75);
  EXPECT_THAT(thrown.text, testing::HasSubstr("out of memory with 3 images at a time"));
  EXPECT_THAT(listener.warnings, testing::IsEmpty());
}

// Two parts of three images, and then two processes of which each has three images.
TEST(Trainer, PartsThatMemoryAskedForAreFewerAmongMoreProcesses) {
  TrainJob job = deeplab_job("oom_shared", 6);
  {
    NarrowAllocator memory;
    memory.refused = deeplab_bytes(6);
    Listener stopped(2);
    EXPECT_TRUE(Trainer(job, stopped).run().interrupted);
    EXPECT_EQ(stopped.warnings.size(), 1U);
  }
  job.resume = true;
  test::LocalProcesses(2).run([&](Collectives& processes) {
    TrainJob mine = job;
    mine.processes = &processes;
    Listener listener(2);
    EXPECT_NO_THROW(Trainer(mine, listener).run());
    EXPECT_EQ(listener.losses.size(), 1U);
  });
}

}  // namespace
}  // namespace tn
