#include "libcore/net/trainer.hpp"

#include <ATen/ops/equal.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "libcore/base/error.hpp"
#include "libcore/data/model_file.hpp"
#include "libcore/image/image_io.hpp"
#include "libcore/net/checkpoint.hpp"
#include "libcore/net/learner.hpp"
#include "libcore/net/predictor.hpp"
#include "libcore/net/train_manifest.hpp"
#include "libcore/net/weights.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/unit/net/training_fixture.hpp"

namespace tn {
namespace {

TrainOutcome train(const TrainJob& job, Listener& listener) {
  return Trainer(job, listener).run();
}

bool same_tensors(const std::string& a, const std::string& b) {
  const NamedTensors first = load_safetensors(a);
  const NamedTensors second = load_safetensors(b);
  if (first.size() != second.size()) return false;
  for (std::size_t i = 0; i < first.size(); ++i)
    if (first[i].first != second[i].first || !at::equal(first[i].second, second[i].second)) return false;
  return true;
}

TEST(Trainer, LearnsAFewDrawnCases) {
  TrainJob job = draw_job("learns", 8, 4);
  job.options.epochs = 30;
  job.options.learning_rate = 5e-3;
  job.options.ema = 0;
  job.options.preset = Preset::paper;
  Listener listener;
  const TrainOutcome outcome = train(job, listener);
  EXPECT_EQ(outcome.epochs, 30);
  EXPECT_EQ(outcome.measure, "Dice");
  EXPECT_GT(outcome.best, 0.8);
  EXPECT_DOUBLE_EQ(listener.shares.front(), 1.0 / 60);
  EXPECT_DOUBLE_EQ(listener.shares.back(), 1);
  EXPECT_LT(listener.losses.back(), 0.75 * listener.losses.front());
}

TEST(Trainer, LeavesAModelThatAnswersAndTwoCheckpoints) {
  const TrainJob job = draw_job("leaves", 8, 2);
  Listener listener;
  train(job, listener);
  TorchPredictor predictor(job.folder + "/model.safetensors", {Precision::float32, 2});
  const std::vector<cv::Mat1b> frames = {load_grey(job.train[0].image)};
  const std::vector<NetOutput> outputs = predictor.predict(frames);
  ASSERT_EQ(outputs.size(), 1U);
  EXPECT_EQ(outputs[0].probability.size(), cv::Size(kSide, kSide));
  ASSERT_TRUE(outputs[0].p_malignant);
  EXPECT_GT(*outputs[0].p_malignant, 0);
  EXPECT_LT(*outputs[0].p_malignant, 1);
  EXPECT_TRUE(path_exists(last_checkpoint(job.folder)));
  EXPECT_TRUE(path_exists(previous_checkpoint(job.folder)));
}

TEST(Trainer, ModelSaysHowItWasMade) {
  TrainJob job = draw_job("provenance", 4, 2);
  job.options.epochs = 1;
  Listener listener;
  train(job, listener);
  const nlohmann::json meta = read_model_index(job.folder + "/model.safetensors").meta;
  EXPECT_EQ(meta.at("arch").at("name"), "ffanet-tiny");
  EXPECT_EQ(meta.at("label_source"), "drawn");
  EXPECT_EQ(meta.at("training").at("epoch"), 1);
  EXPECT_EQ(meta.at("training").at("averaged"), true);
  EXPECT_EQ(meta.at("training").at("validation").at("grid"), "network");
}

TEST(Trainer, SizeOfTheCacheChangesNothing) {
  TrainJob all = draw_job("cache_all", 4, 2);
  TrainJob none = draw_job("cache_none", 4, 2);
  all.options.epochs = none.options.epochs = 1;
  none.options.cache_mb = 0;
  Listener listener_a, listener_b;
  train(all, listener_a);
  train(none, listener_b);
  EXPECT_TRUE(same_tensors(last_checkpoint(all.folder), last_checkpoint(none.folder)));
}

TEST(Trainer, SgdWithWeightsAndSmoothingLearns) {
  TrainJob job = draw_job("sgd", 8, 2);
  job.options.optimizer = Optimizer::sgd;
  job.options.learning_rate = 0.05;
  job.options.schedule = Schedule::polynomial;
  job.options.label_smoothing = 0.1;
  job.class_weights = {2, 1};
  job.options.epochs = 10;
  Listener listener;
  train(job, listener);
  EXPECT_LT(listener.losses.back(), listener.losses.front());
}

TEST(Trainer, SameSeedSameModel) {
  TrainJob a = draw_job("same_a", 8, 2);
  TrainJob b = draw_job("same_b", 8, 2);
  a.options.epochs = b.options.epochs = 2;
  Listener listener_a, listener_b;
  train(a, listener_a);
  train(b, listener_b);
  EXPECT_EQ(listener_a.losses, listener_b.losses);
  EXPECT_TRUE(same_tensors(last_checkpoint(a.folder), last_checkpoint(b.folder)));
}

TEST(Trainer, BeginsWithAFilesWeightsAndDoesNotTakeThemAgainOnAResume) {
  TrainJob first = draw_job("init_first", 4, 2);
  first.options.epochs = 1;
  Listener unused;
  train(first, unused);

  TrainJob job = draw_job("init_second", 8, 2);
  begin_with(job, first.folder + "/model.safetensors");
  EXPECT_EQ(job.fingerprint.at("init"), job.meta.at("training").at("init").at("sha256"));
  Listener undisturbed;
  train(job, undisturbed);
  EXPECT_THAT(undisturbed.start.init.summary, testing::HasSubstr(" 0 adapted, 0 left; 0 of the network's"));
  Listener plain;
  train(draw_job("init_none", 8, 2), plain);
  EXPECT_NE(undisturbed.losses.front(), plain.losses.front());

  TrainJob parts = draw_job("init_parts", 8, 2);
  begin_with(parts, first.folder + "/model.safetensors");
  Listener before(4);
  EXPECT_TRUE(train(parts, before).interrupted);
  parts.resume = true;
  Listener after;
  train(parts, after);
  EXPECT_EQ(after.start.init.summary, "");
  EXPECT_EQ(after.losses.back(), undisturbed.losses.back());
}

TEST(Trainer, ResumeWithAnotherFileToBeginWithIsRefused) {
  TrainJob job = draw_job("init_other", 4, 2);
  job.options.epochs = 1;
  job.fingerprint["init"] = nullptr;
  Listener listener;
  train(job, listener);
  job.resume = true;
  begin_with(job, job.folder + "/model.safetensors");
  EXPECT_EQ(test::thrown_by([&] { train(job, listener); }).exit_code, 2);
}

TEST(Trainer, AnotherSeedAnotherModel) {
  TrainJob a = draw_job("seed_a", 4, 2);
  TrainJob b = draw_job("seed_b", 4, 2);
  a.options.epochs = b.options.epochs = 1;
  b.options.seed = a.options.seed + 1;
  Listener listener_a, listener_b;
  train(a, listener_a);
  train(b, listener_b);
  EXPECT_NE(listener_a.losses, listener_b.losses);
}

// Stopped in the middle of the second epoch, gone on with, and nothing shows.
TEST(Trainer, ResumedRunEndsAsAnUndisturbedOne) {
  const TrainJob whole = draw_job("whole", 8, 2);
  Listener undisturbed;
  train(whole, undisturbed);

  TrainJob parts = draw_job("parts", 8, 2);
  Listener before(4);
  EXPECT_TRUE(train(parts, before).interrupted);
  parts.resume = true;
  Listener after;
  const TrainOutcome outcome = train(parts, after);

  EXPECT_FALSE(outcome.interrupted);
  EXPECT_EQ(after.start.epoch, 2);
  EXPECT_EQ(after.start.epoch_step, 1);
  EXPECT_EQ(before.losses.size() + after.losses.size(), undisturbed.losses.size());
  EXPECT_TRUE(same_tensors(last_checkpoint(whole.folder), last_checkpoint(parts.folder)));
  EXPECT_TRUE(same_tensors(whole.folder + "/model.safetensors", parts.folder + "/model.safetensors"));
}

// Stopped between the steps of the first epoch and its validation, which is made up for.
TEST(Trainer, StoppedBeforeValidationItIsMadeUpFor) {
  const TrainJob whole = draw_job("whole_val", 8, 2);
  Listener undisturbed;
  train(whole, undisturbed);

  TrainJob parts = draw_job("parts_val", 8, 2);
  Listener before(3);
  EXPECT_TRUE(train(parts, before).interrupted);
  EXPECT_TRUE(before.epochs.empty());
  parts.resume = true;
  Listener after;
  train(parts, after);

  EXPECT_EQ(after.start.epoch, 1);
  EXPECT_EQ(after.start.epoch_step, 2);
  ASSERT_EQ(after.epochs.size(), undisturbed.epochs.size());
  for (std::size_t i = 0; i < after.epochs.size(); ++i) {
    EXPECT_EQ(after.epochs[i].loss, undisturbed.epochs[i].loss);
    EXPECT_EQ(after.epochs[i].learning_rate, undisturbed.epochs[i].learning_rate);
    EXPECT_EQ(after.epochs[i].val_dice, undisturbed.epochs[i].val_dice);
  }
  EXPECT_TRUE(same_tensors(last_checkpoint(whole.folder), last_checkpoint(parts.folder)));
}

TEST(Trainer, StoppedWhileTheImagesAreReadItLeavesNothing) {
  const TrainJob job = draw_job("stopped", 4, 2);
  Listener listener(1);
  try {
    train(job, listener);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Exit::interrupted);
  }
  EXPECT_FALSE(path_exists(last_checkpoint(job.folder)));
}

TEST(Trainer, ResumeWithAnotherSettingNamesIt) {
  TrainJob job = draw_job("other", 4, 2);
  job.options.epochs = 1;
  Listener listener;
  train(job, listener);
  job.resume = true;
  job.fingerprint["options"]["alpha"] = 0.3;
  try {
    train(job, listener);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Exit::usage);
    EXPECT_THAT(error.what(), testing::HasSubstr("started with --alpha 0.2, not 0.3"));
  }
}

TEST(Trainer, ResumeOfAFinishedRunDoesNothing) {
  TrainJob job = draw_job("finished", 4, 2);
  job.options.epochs = 1;
  Listener listener;
  train(job, listener);
  job.resume = true;
  Listener again;
  const TrainOutcome outcome = train(job, again);
  EXPECT_EQ(outcome.epochs, 1);
  EXPECT_TRUE(outcome.was_finished);
  EXPECT_TRUE(again.start.finished);
  EXPECT_TRUE(again.losses.empty());
}

// A rate that overflows the weights at the first step, so that the second has no finite loss.
TrainJob overflowing(const std::string& name, NonFinite way) {
  TrainJob job = draw_job(name, 8, 2);
  job.options.learning_rate = 1e30;
  job.options.non_finite = way;
  return job;
}

std::string internal_error(const TrainJob& job, Listener& listener) {
  try {
    train(job, listener);
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Exit::internal);
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return "";
}

TEST(Trainer, NonFiniteLossEndsWithTheIdsOfTheBatch) {
  Listener listener;
  const std::string text = internal_error(overflowing("nonfinite", NonFinite::stop), listener);
  EXPECT_THAT(text, testing::HasSubstr("is not finite at step 2 of epoch 1"));
  EXPECT_THAT(text, testing::HasSubstr("images case"));
}

TEST(Trainer, SkippedBatchesAreNamedAndTenInARowAreTooMany) {
  TrainJob job = overflowing("skip", NonFinite::skip);
  job.options.epochs = 20;
  job.options.task = Task::classify;  // nothing of validation may end it first
  job.net.mask_head = false;
  job.validation.clear();
  Listener listener;
  EXPECT_THAT(internal_error(job, listener), testing::HasSubstr("9 steps before"));
  ASSERT_EQ(listener.warnings.size(), 9U);
  EXPECT_THAT(listener.warnings[0], testing::HasSubstr("images case"));
  EXPECT_THAT(listener.warnings[0], testing::HasSubstr("left out"));
  EXPECT_EQ(listener.epochs.at(0).skipped, 1);
  EXPECT_EQ(listener.epochs.at(1).skipped, 2);
  EXPECT_EQ(listener.losses.size(), 1U);
}

TEST(Trainer, RollbackGoesOnFromTheLastCheckpointWithHalfTheRateAFewTimes) {
  Listener listener;
  EXPECT_THAT(internal_error(overflowing("rollback", NonFinite::rollback), listener),
              testing::HasSubstr("after going back 3 times"));
  ASSERT_EQ(listener.warnings.size(), 3U);
  EXPECT_THAT(listener.warnings[0],
              testing::HasSubstr("back to step 0 of epoch 1 with 0.5 of the learning rate"));
  EXPECT_THAT(listener.warnings[2], testing::HasSubstr("with 0.125 of"));
  // The same first step each time: same weights, same batch.
  ASSERT_EQ(listener.losses.size(), 4U);
  EXPECT_EQ(listener.losses[0], listener.losses[3]);
}

TEST(Trainer, SavesWhenItIsWishedAndGoesOn) {
  TrainJob job = draw_job("wish", 8, 2);
  job.options.epochs = 1;
  Listener listener;
  listener.save = true;
  train(job, listener);
  ASSERT_FALSE(listener.notes.empty());
  EXPECT_EQ(listener.notes[0], "saved after 1 steps of epoch 1");
  EXPECT_EQ(listener.losses.size(), 2U);
}

TEST(Trainer, CheckpointsOfTwoRunsAreTheSameBytes) {
  TrainJob a = draw_job("bytes_a", 4, 2);
  TrainJob b = draw_job("bytes_b", 4, 2);
  a.options.epochs = b.options.epochs = 1;
  Listener listener;
  train(a, listener);
  train(b, listener);
  EXPECT_EQ(read_file(last_checkpoint(a.folder)), read_file(last_checkpoint(b.folder)));
  EXPECT_EQ(read_file(a.folder + "/model.safetensors"), read_file(b.folder + "/model.safetensors"));
}

// Ten validation cases, five of each class: enough to choose by.
TEST(Trainer, ThresholdsAndTemperatureAreChosenAtTheEndAndUsed) {
  TrainJob job = draw_job("calibrated", 8, 10);
  Listener listener;
  train(job, listener);
  const std::string path = job.folder + "/model.safetensors";
  const nlohmann::json meta = read_model_index(path).meta;
  const nlohmann::json& report = meta.at("training").at("calibration");
  EXPECT_EQ(report.at("benign"), 5);
  EXPECT_EQ(report.at("masks"), 10);
  EXPECT_LE(report.at("log_loss")[1], report.at("log_loss")[0]);
  EXPECT_GE(report.at("dice")[1], report.at("dice")[0]);
  EXPECT_NE(meta.at("temperature"), 1);
  EXPECT_EQ(listener.notes.size(), 2U);
  // As tn-infer computes it, the model's probabilities have the log loss that was found.
  TorchPredictor predictor(path, {Precision::float32, 2});
  double loss = 0;
  for (const TrainCase& one : job.validation) {
    const std::vector<cv::Mat1b> frames = {load_grey(one.image)};
    const double p = *predictor.predict(frames).at(0).p_malignant;
    loss -= std::log(*one.label == 1 ? p : 1 - p) / 10;
  }
  EXPECT_NEAR(loss, report.at("log_loss")[1].get<double>(), 1e-4);
}

TEST(Trainer, CalibrationThatWasMissedIsMadeUpFor) {
  TrainJob job = draw_job("uncalibrated", 4, 10);
  job.options.epochs = 1;
  Listener listener;
  train(job, listener);
  const std::string path = job.folder + "/model.safetensors";
  const std::string whole = read_file(path);
  nlohmann::json meta = read_model_index(path).meta;
  meta["training"].erase("calibration");
  meta["temperature"] = 1;
  save_safetensors(path, load_safetensors(path), meta, true, Durability::rename_only);
  job.resume = true;
  train(job, listener);
  EXPECT_EQ(read_file(path), whole);
}

TEST(Trainer, WithoutCalibrationTheDefaultsStay) {
  TrainJob job = draw_job("nocalibrate", 4, 10);
  job.options.epochs = 1;
  job.options.calibrate = false;
  Listener listener;
  train(job, listener);
  const nlohmann::json meta = read_model_index(job.folder + "/model.safetensors").meta;
  EXPECT_EQ(meta.at("temperature"), 1);
  EXPECT_FALSE(meta.at("training").contains("calibration"));
}

TEST(Trainer, WeightsThatOverflowMakeNoModel) {
  TrainJob job = draw_job("overflow", 4, 2);
  job.options.learning_rate = 1e30;
  job.options.max_steps = 1;
  job.options.ema = 0;
  Listener listener;
  EXPECT_THROW(train(job, listener), Error);
  EXPECT_FALSE(path_exists(job.folder + "/model.safetensors"));
}

TEST(Trainer, LogHoldsTheRateOfTheLastStep) {
  TrainJob job = draw_job("rate", 8, 2);
  job.options.epochs = 2;
  Listener listener;
  train(job, listener);
  // Four steps in all; the second is taken at a quarter of the budget, the fourth at three quarters.
  EXPECT_NEAR(listener.epochs[0].learning_rate, 1e-3 * 0.5 * (1 + std::sqrt(0.5)), 1e-12);
  EXPECT_NEAR(listener.epochs[1].learning_rate, 1e-3 * 0.5 * (1 - std::sqrt(0.5)), 1e-12);
}

TEST(Trainer, MaxStepsEndsInTheMiddleOfAnEpoch) {
  TrainJob job = draw_job("maxsteps", 8, 2);
  job.options.max_steps = 3;
  Listener listener;
  train(job, listener);
  EXPECT_EQ(listener.losses.size(), 3U);
  ASSERT_EQ(listener.epochs.size(), 2U);
  EXPECT_EQ(listener.epochs[1].steps, 3);
}

// Weights that stand still: once the running statistics do too, no validation is better than the best.
TEST(Trainer, PatienceEndsARunThatGetsNoBetter) {
  TrainJob job = draw_job("patience", 4, 2);
  job.options.learning_rate = 1e-12;
  job.options.epochs = 40;
  job.options.patience = 3;
  Listener listener;
  const TrainOutcome outcome = train(job, listener);
  EXPECT_LT(outcome.epochs, 40);
  EXPECT_EQ(outcome.epochs, outcome.best_epoch + 3);
  EXPECT_EQ(listener.epochs.size(), static_cast<std::size_t>(outcome.epochs));
  // The end is kept: going on changes nothing.
  job.resume = true;
  EXPECT_TRUE(train(job, listener).was_finished);
}

// Distance between the weights before and after the only step, which is plain gradient descent.
double length_of_a_step(const std::string& name, double clip) {
  TrainJob job = draw_job(name, 4, 0);
  job.options.optimizer = Optimizer::sgd;
  job.options.schedule = Schedule::constant;
  job.options.momentum = job.options.weight_decay = job.options.ema = 0;
  job.options.learning_rate = 0.5;
  job.options.max_steps = 1;
  job.options.clip = clip;
  Listener listener;
  train(job, listener);
  const NamedTensors before = load_safetensors(previous_checkpoint(job.folder));
  const NamedTensors after = load_safetensors(last_checkpoint(job.folder));
  double square = 0;
  for (std::size_t i = 0; i < before.size(); ++i)
    if (!before[i].first.ends_with("num_batches_tracked") &&
        before[i].first.find(".running_") == std::string::npos)
      square += std::pow((after[i].second - before[i].second).norm().item<double>(), 2);
  return std::sqrt(square);
}

TEST(Trainer, ClipBoundsTheNormOfTheGradient) {
  EXPECT_NEAR(length_of_a_step("clip", 0.01), 0.5 * 0.01, 1e-5);
  const double free = length_of_a_step("noclip", 0);
  EXPECT_GT(free, 0.5 * 0.1);
  EXPECT_EQ(length_of_a_step("wideclip", 1e6), free);
}

TEST(Trainer, MaxTimeEndsTheRun) {
  TrainJob job = draw_job("maxtime", 8, 2);
  job.options.epochs = 50;
  job.options.max_seconds = 1e-6;  // over after the first step
  Listener listener;
  const TrainOutcome outcome = train(job, listener);
  EXPECT_EQ(listener.losses.size(), 1U);
  EXPECT_FALSE(outcome.interrupted);
  ASSERT_EQ(listener.epochs.size(), 1U);  // what was learned is validated, and is the model
  EXPECT_TRUE(path_exists(job.folder + "/model.safetensors"));
}

// The rest of a run of half an hour, of which one step is done and so many seconds are used.
Listener rest_after(double seconds) {
  TrainJob job =
      draw_job("usedtime" + std::to_string(static_cast<int>(seconds)), 8, 2);  // tests run side by side
  job.options.max_seconds = 1800;
  Listener before(2);
  EXPECT_TRUE(train(job, before).interrupted);
  Learner learner(job, false);
  TrainProgress progress = load_checkpoint(job.folder, learner.everything(), job.fingerprint).progress;
  EXPECT_GT(progress.seconds, 0);
  progress.seconds = seconds;
  save_checkpoint(job.folder, learner.everything(), progress, job.fingerprint);
  job.resume = true;
  Listener after;
  train(job, after);
  return after;
}

TEST(Trainer, MaxTimeCountsWhatWasUsedBeforeAResume) {
  EXPECT_EQ(rest_after(1800).losses.size(), 0U);
  EXPECT_EQ(rest_after(0).losses.size(), 5U);  // of six
}

TEST(Trainer, ScheduleFollowsTheTimeWhereItIsAheadOfTheSteps) {
  const Listener rest = rest_after(900);
  EXPECT_NEAR(rest.shares.front(), 0.5, 0.01);
  EXPECT_NEAR(rest.epochs.at(0).learning_rate, 0.5e-3, 1e-5);  // half of the cosine
}

TEST(Trainer, WithoutValidationTheLastEpochIsTheModel) {
  TrainJob job = draw_job("noval", 4, 0);
  job.options.epochs = 2;
  Listener listener;
  const TrainOutcome outcome = train(job, listener);
  EXPECT_EQ(outcome.best_epoch, 2);
  EXPECT_EQ(outcome.measure, "");
  EXPECT_TRUE(path_exists(job.folder + "/model.safetensors"));
  EXPECT_FALSE(listener.epochs[0].val_dice);
}

TEST(Trainer, UnlabelledImagesGiveNoClassLoss) {
  TrainJob job = draw_job("unlabelled", 4, 2);
  for (TrainCase& one : job.train) one.label.reset();
  job.options.epochs = 1;
  Listener listener;
  train(job, listener);
  EXPECT_EQ(*listener.epochs[0].class_loss, 0);
  EXPECT_TRUE(std::isfinite(listener.losses[0]));
}

TEST(Trainer, SegmentationAloneHasNoClassHead) {
  TrainJob job = draw_job("segment", 4, 2);
  job.options.task = Task::segment;
  job.options.epochs = 1;
  job.net.class_head = false;
  Listener listener;
  train(job, listener);
  for (const TensorEntry& tensor : read_model_index(job.folder + "/model.safetensors").tensors)
    EXPECT_THAT(tensor.name, testing::Not(testing::StartsWith("class_head")));
}

TEST(Trainer, ClassificationAloneHasNoMaskHead) {
  TrainJob job = draw_job("classify", 4, 2);
  job.options.task = Task::classify;
  job.options.epochs = 1;
  job.net.mask_head = false;
  Listener listener;
  train(job, listener);
  EXPECT_EQ(listener.start.measure, "AUROC");
  EXPECT_FALSE(listener.epochs[0].val_dice);
  EXPECT_TRUE(listener.epochs[0].val_accuracy);
}

TEST(Trainer, MicroBatchesAddUpToTheBatch) {
  TrainJob parts = draw_job("micro", 8, 2);
  TrainJob whole = draw_job("macro", 8, 2);
  parts.options.accumulate = 2;
  parts.options.epochs = whole.options.epochs = 1;
  Listener a, b;
  train(parts, a);
  train(whole, b);
  ASSERT_EQ(a.losses.size(), 2U);
  // Not equal: batch norm sees two images at a time instead of four. Twice or half the loss would be 0.5
  // away.
  EXPECT_NEAR(a.losses[0], b.losses[0], 0.1);
}

TEST(Trainer, Bfloat16FollowsFloat32) {
  TrainJob narrow = draw_job("bf16", 8, 2);
  TrainJob wide = draw_job("f32", 8, 2);
  narrow.options.precision = Precision::bfloat16;
  narrow.options.epochs = wide.options.epochs = 1;
  Listener a, b;
  train(narrow, a);
  train(wide, b);
  EXPECT_TRUE(a.start.bfloat16);
  EXPECT_NEAR(a.losses[0], b.losses[0], 0.02);
}

}  // namespace
}  // namespace tn
