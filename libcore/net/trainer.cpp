#include "libcore/net/trainer.hpp"

#include <c10/core/DeviceGuard.h>
#include <torch/version.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/hash.hpp"
#include "libcore/base/text.hpp"
#include "libcore/net/batch_feed.hpp"
#include "libcore/net/checkpoint.hpp"
#include "libcore/net/cuda_border.hpp"
#include "libcore/net/learner.hpp"
#include "libcore/net/loader.hpp"
#include "libcore/net/micro_batches.hpp"
#include "libcore/net/run_model.hpp"
#include "libcore/net/runtime.hpp"
#include "libcore/net/schedule.hpp"
#include "libcore/net/validation.hpp"

namespace tn {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kMostRollbacks = 3;
constexpr std::int64_t kMostSkippedInRow = 10;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Seconds since 1970, to the millisecond.
double unix_time() {
  using std::chrono::milliseconds;
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<double>(std::chrono::duration_cast<milliseconds>(since).count()) / 1000;
}

void expect_enough(const Network& network, const std::string& arch, std::int64_t batch,
                   std::int64_t accumulate) {
  const std::int64_t least = cut_batch(batch, largest_part(batch, accumulate)).back();
  if (least < network.least_batch())
    throw Error(Exit::usage, "{} learns from at least {} images at a time, not {} (--batch, --accumulate)",
                arch, network.least_batch(), least);
}

void expect_shares(std::int64_t batch, const Collectives* processes) {
  if (batch % size_of(processes) != 0)
    throw Error(Exit::usage, "a batch of {} images cannot be shared out among {} processes", batch,
                size_of(processes));
}

// Of the epoch in progress, since this process works on it.
struct Timing {
  double seconds = 0;
  double waited = 0;  // for data
  std::int64_t images = 0;
};

// What the best model is chosen by: a mask head that gets no gradient says nothing.
Task judged(const TrainOptions& options) {
  const bool no_mask_loss = options.joint == Joint::convex && options.alpha >= 1;
  return options.task == Task::mtl && no_mask_loss ? Task::classify : options.task;
}

}  // namespace

struct Trainer::State {
  State(const TrainJob& job_given, TrainObserver& observer_given);

  TrainOutcome run();
  void start();
  void run_epoch();
  void end_epoch();
  void judge(const Validation& result, EpochLog& log);
  void finish();
  void tell_memory() const;
  EpochLog epoch_log() const;
  void step();
  StepLoss gradients(const Batch& batch);
  void halve_micro_batch();
  void not_finite(const std::string& what);
  bool roll_back(const std::string& what);
  Asking asking(std::function<bool()> between);
  std::optional<Validation> validation_result();
  bool all_stopped();
  std::int64_t share() const { return batch_size / size_of(job.processes); }
  std::int64_t micro() const { return largest_part(share(), progress.parts); }
  bool out_of_budget() const;
  double progress_share() const;
  std::int64_t last_step() const;
  void stop();
  void save();
  void save_if_wanted();

  const TrainJob& job;
  TrainObserver& observer;
  const TrainOptions& options;
  int threads;
  at::Device device;
  bool bfloat16;
  std::function<bool()> stopped;
  CaseStore train, validation;
  std::string measure;  // see quality_name()
  std::int64_t batch_size;
  Learner learner;
  BatchFeed feed;
  TrainProgress progress;
  Timing timing;
  Clock::time_point saved = Clock::now();
  bool interrupted = false;
  bool was_finished = false;
};

Trainer::State::State(const TrainJob& job_given, TrainObserver& observer_given)
    : job(job_given),
      observer(observer_given),
      options((check(job_given.options), job_given.options)),
      threads(set_threads(job_given.options.jobs)),
      device(options.device),
      bfloat16(all_say(job_given.processes, wants_bfloat16(options.precision, options.device))),
      stopped([this] { return observer.interrupted(); }),
      train(job_given.train, job_given.size, options.cache_mb << 20, threads, stopped),
      validation(job_given.validation, job_given.size, (options.cache_mb << 20) - train.kept_bytes(), threads,
                 stopped),
      measure(quality_name(job_given.validation, judged(job_given.options))),
      batch_size(std::min<std::int64_t>(options.batch, static_cast<std::int64_t>(job_given.train.size()))),
      learner(job_given, bfloat16, device),
      feed(train, options, batch_size, threads, rank_of(job.processes), size_of(job.processes), device) {
  expect_shares(batch_size, job.processes);
  expect_enough(learner.network(), job.net.arch, share(), options.accumulate);
  progress.parts = std::min(options.accumulate, share());
}

void Trainer::State::start() {
  if (device.is_cuda()) set_gpu_arithmetic(options.tf32, /*deterministic=*/false);
  Resumed resumed;
  if (job.resume) {
    resumed = load_checkpoint(job.folder, learner.everything(), job.fingerprint);
    progress = resumed.progress;
    // Fewer where more processes than before share the batch.
    progress.parts = std::min(progress.parts, share() / learner.network().least_batch());
  }
  was_finished = progress.done;
  observer.started({count_parameters(learner.network()), progress.epoch, progress.epoch_step,
                    feed.epoch_steps(), bfloat16, threads, measure, resumed.warning, was_finished,
                    TORCH_VERSION, learner.init()});
  if (!job.resume) save();  // from now on there is something to go on from, or back to
}

TrainOutcome Trainer::State::run() {
  start();
  while (!progress.done && !interrupted) {
    run_epoch();
    if (!interrupted) end_epoch();
  }
  if (!interrupted) finish();
  tell_memory();
  return {progress.epoch - 1, progress.best_epoch, measure, progress.best, interrupted, was_finished};
}

// What was done so far can be gone on with.
void Trainer::State::stop() {
  interrupted = true;
  save();
}

// Process 0 writes for all.
void Trainer::State::save() {
  if (rank_of(job.processes) > 0) return;
  TrainProgress kept = progress;
  if (!options.max_seconds) kept.seconds = 0;  // the same run saves the same bytes
  save_checkpoint(job.folder, learner.everything(), kept, job.fingerprint);
  saved = Clock::now();
}

void Trainer::State::save_if_wanted() {
  const bool asked = observer.save_wanted();
  if (!asked && seconds_since(saved) < options.checkpoint_seconds) return;
  save();
  if (asked)
    observer.note(fmt::format("saved after {} steps of epoch {}", progress.epoch_step, progress.epoch));
}

std::int64_t Trainer::State::last_step() const {
  const std::int64_t all = options.epochs * feed.epoch_steps();
  return options.max_steps ? std::min(all, *options.max_steps) : all;
}

double Trainer::State::progress_share() const {
  const double steps = static_cast<double>(progress.steps) / static_cast<double>(last_step());
  return options.max_seconds ? std::max(steps, progress.seconds / *options.max_seconds) : steps;
}

bool Trainer::State::out_of_budget() const {
  return progress.steps >= last_step() || (options.max_seconds && progress.seconds >= *options.max_seconds);
}

// Several processes stop together, and go by the clock of the first.
bool Trainer::State::all_stopped() {
  std::array<double, 2> shared{stopped() ? 1.0 : 0.0, rank_of(job.processes) == 0 ? progress.seconds : 0.0};
  add_up(job.processes, shared);
  if (job.processes != nullptr) progress.seconds = shared[1];
  return shared[0] > 0;
}

void Trainer::State::run_epoch() {
  for (;;) {
    const bool stops = all_stopped();
    if (progress.epoch_step >= feed.epoch_steps() || out_of_budget()) return;
    if (stops) return stop();
    const auto started = Clock::now();
    step();
    const double seconds = seconds_since(started);
    progress.seconds += seconds;
    timing.seconds += seconds;
    timing.images += batch_size;
    save_if_wanted();
  }
}

void Trainer::State::step() {
  const auto asked = Clock::now();
  const Batch batch = feed.take({progress.epoch, progress.epoch_step});
  timing.waited += seconds_since(asked);
  const StepLoss value = gradients(batch);
  if (!std::isfinite(value.total) || !std::isfinite(value.gradient_norm))
    return not_finite(fmt::format("the {} is not finite at step {} of epoch {}, images {}",
                                  std::isfinite(value.total) ? "gradient" : "loss", progress.epoch_step + 1,
                                  progress.epoch, fmt::join(batch.ids, " ")));
  if (options.clip > 0) learner.clip(value.gradient_norm, options.clip);
  progress.learning_rate =
      progress.rate_factor *
      learning_rate(options, {progress.steps, progress.epoch, progress_share()}, progress.plateau.factor);
  learner.step(progress.learning_rate, progress.steps);
  ++progress.epoch_step;
  ++progress.steps;
  progress.skipped_in_row = 0;
  progress.loss_sum += value.total;
  progress.mask_loss_sum += value.mask;
  progress.class_loss_sum += value.classes;
  observer.step(progress.epoch, progress.epoch_step, value.total, std::min(1.0, progress_share()));
}

// Where memory ends, once more from the same state with fewer images at a time.
StepLoss Trainer::State::gradients(const Batch& batch) {
  const std::uint64_t seed = hash64("dropout", static_cast<std::uint64_t>(options.seed)) +
                             static_cast<std::uint64_t>(progress.steps);
  for (;;) {
    try {
      return learner.gradients(batch, seed, micro());
    } catch (const std::exception& error) {
      // The other processes wait within the same step: nothing can be done again.
      if (!is_out_of_memory(error) || job.processes != nullptr) throw;
    }
    learner.undo();
    halve_micro_batch();
  }
}

void Trainer::State::halve_micro_batch() {
  const auto parts = more_parts(share(), progress.parts, learner.network().least_batch());
  if (!parts)
    throw Error(Exit::try_again, "out of memory with {} at a time (a smaller network or frame needs less)",
                counted(static_cast<std::size_t>(micro()), "image"));
  progress.parts = *parts;
  observer.warning(
      fmt::format("out of memory at step {} of epoch {}: from here on a batch is taken in {} parts",
                  progress.epoch_step + 1, progress.epoch, progress.parts));
}

// As the options say: the step's gradients are there, the weights have not moved.
void Trainer::State::not_finite(const std::string& what) {
  learner.undo();
  if (options.non_finite == NonFinite::rollback && roll_back(what)) return;
  if (options.non_finite != NonFinite::skip)
    throw Error(Exit::internal, "{}{}", what,
                progress.rollbacks > 0 ? fmt::format(", after going back {} times", progress.rollbacks) : "");
  if (++progress.skipped_in_row >= kMostSkippedInRow)
    throw Error(Exit::internal, "{}, and so it was in the {} steps before", what, kMostSkippedInRow - 1);
  ++progress.skipped;
  ++progress.epoch_step;
  ++progress.steps;
  observer.warning(what + "; the batch is left out");
}

// To the last checkpoint, and on with half the learning rate; false: often enough.
bool Trainer::State::roll_back(const std::string& what) {
  if (progress.rollbacks >= kMostRollbacks) return false;
  const TrainProgress now = progress;
  progress = load_checkpoint(job.folder, learner.everything(), job.fingerprint).progress;
  progress.seconds = now.seconds;
  progress.parts = now.parts;
  progress.rollbacks = now.rollbacks + 1;
  progress.rate_factor = now.rate_factor / 2;
  timing = {};
  observer.went_back(progress.epoch);
  save();
  observer.warning(fmt::format("{}; back to step {} of epoch {} with {} of the learning rate", what,
                               progress.epoch_step, progress.epoch, progress.rate_factor));
  return true;
}

Asking Trainer::State::asking(std::function<bool()> between) {
  return {micro(), device, bfloat16, threads, std::move(between)};
}

// With the averaged weights; nothing: stopped.
std::optional<Validation> Trainer::State::validation_result() {
  const auto between = [&] {
    save_if_wanted();
    return stopped();
  };
  for (;;) {
    try {
      return validate(learner.network(), validation, learner.loss(), asking(between));
    } catch (const std::exception& error) {
      // The other processes would go on with parts of another size.
      if (!is_out_of_memory(error) || job.processes != nullptr) throw;
    }
    halve_micro_batch();
  }
}

void Trainer::State::end_epoch() {
  const auto started = Clock::now();
  EpochLog log = epoch_log();
  observer.epoch(log);
  {
    const Learner::Averaged averaged(learner);
    const std::optional<Validation> result =
        of_first(job.processes, rank_of(job.processes) == 0 ? validation_result() : std::nullopt);
    if (!result) return stop();  // validated again when the run goes on
    judge(*result, log);
  }
  log.val_seconds = seconds_since(started);
  progress.seconds = of_first(job.processes, progress.seconds + log.val_seconds);
  if (log.val_loss && !std::isfinite(*log.val_loss)) {
    const std::string what = fmt::format("the validation loss is not finite after epoch {}", progress.epoch);
    if (options.non_finite != NonFinite::rollback || !roll_back(what))
      throw Error(Exit::internal, "{}", what);
    return;
  }
  // Before the checkpoint: a resume takes back log lines that it does not know, and misses none.
  log.validated = true;
  observer.validated(log);
  const bool patient = options.patience == 0 || progress.epoch - progress.best_epoch < options.patience;
  progress.done = out_of_budget() || !patient;
  ++progress.epoch;
  progress.epoch_step = progress.skipped = 0;
  progress.loss_sum = progress.mask_loss_sum = progress.class_loss_sum = 0;
  timing = {};
  save();
}

// Notes what validation gave, and saves the weights in the network where they are the best so far.
void Trainer::State::judge(const Validation& result, EpochLog& log) {
  log.val_loss = result.loss;
  log.val_dice = result.dice;
  log.val_accuracy = result.accuracy;
  log.val_auroc = result.auroc;
  if (result.loss && !std::isfinite(*result.loss)) return;
  const std::optional<double> value = quality(result, measure);
  log.best =
      !value || *value > progress.best;  // without validation cases the last epoch's weights are the model
  if (log.best) {
    progress.best = value.value_or(-1);
    progress.best_epoch = progress.epoch;
    if (rank_of(job.processes) == 0)
      save_best_model(job, progress, result, learner.weights(), learner.averages());
  }
  if (value)
    progress.plateau = advanced(progress.plateau, *value, options.plateau_epochs, options.rate_factor);
}

EpochLog Trainer::State::epoch_log() const {
  EpochLog log;
  const double steps = static_cast<double>(std::max<std::int64_t>(1, progress.epoch_step - progress.skipped));
  log.epoch = progress.epoch;
  log.steps = progress.steps;
  log.time = unix_time();
  log.seconds = timing.seconds;
  log.learning_rate = progress.learning_rate;
  log.loss = progress.loss_sum / steps;
  if (job.net.mask_head) log.mask_loss = progress.mask_loss_sum / steps;
  if (job.net.class_head) log.class_loss = progress.class_loss_sum / steps;
  if (timing.seconds > 0) {
    log.images_per_second = static_cast<double>(timing.images) / timing.seconds;
    log.waited = timing.waited / timing.seconds;
  }
  log.skipped = progress.skipped;
  return log;
}

// Thresholds of the best model. The network has its weights from here on, and nothing is saved any more.
void Trainer::State::finish() {
  if (!options.calibrate || rank_of(job.processes) > 0) return;
  const auto notes = calibrate_model(job.folder, learner.network(), validation, asking(stopped));
  if (!notes) interrupted = true;  // made up for when the run goes on
  if (notes)
    for (const std::string& note : *notes) observer.note(note);
}

void Trainer::State::tell_memory() const {
  const CudaBorder* component = device.is_cuda() ? try_cuda_component().border : nullptr;
  if (component == nullptr) return;
  std::int64_t bytes = 0;
  const CollectiveFailure failure = component->peak_bytes(device.index(), bytes);
  if (failure.code != Exit::ok) return observer.warning(failure.text);
  observer.note(
      fmt::format("{}: {:.2f} GB of memory at most", options.device, static_cast<double>(bytes) / 1e9));
}

Trainer::Trainer(const TrainJob& job, TrainObserver& observer)
    : state_(std::make_unique<State>(job, observer)) {}
Trainer::~Trainer() = default;

TrainOutcome Trainer::run() {
  const c10::OptionalDeviceGuard here(state_->device);
  return state_->run();
}

}  // namespace tn
