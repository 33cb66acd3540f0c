#include "libcore/net/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/hash.hpp"
#include "libcore/net/adam.hpp"
#include "libcore/net/checkpoint.hpp"
#include "libcore/net/ema.hpp"
#include "libcore/net/initialise.hpp"
#include "libcore/net/loader.hpp"
#include "libcore/net/losses.hpp"
#include "libcore/net/pretrained.hpp"
#include "libcore/net/registry.hpp"
#include "libcore/net/runtime.hpp"
#include "libcore/net/schedule.hpp"
#include "libcore/net/validation.hpp"

namespace tn {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

NamedTensors trainable(const Network& network) {
  NamedTensors parameters;
  for (const auto& item : network.named_parameters()) parameters.push_back({item.key(), item.value()});
  return parameters;
}

NamedTensors prefixed(const std::string& prefix, NamedTensors tensors) {
  for (auto& tensor : tensors) tensor.first = prefix + tensor.first;
  return tensors;
}

// Scales the gradients so that their joint norm is at most `limit`.
void clip_gradients(const NamedTensors& parameters, double limit) {
  double square = 0;
  for (const auto& p : parameters)
    if (p.second.grad().defined()) square += std::pow(p.second.grad().norm().item<double>(), 2);
  const double norm = std::sqrt(square);
  if (norm <= limit) return;
  for (const auto& p : parameters)
    if (p.second.grad().defined()) p.second.grad().mul_(limit / norm);
}

struct StepLoss {
  double total = 0;
  double mask = 0;
  double classes = 0;
};

}  // namespace

struct Trainer::State {
  State(const TrainJob& job_given, TrainObserver& observer_given);

  TrainOutcome run();
  void start();
  void run_epoch();
  void end_epoch();
  void log_epoch(const Validation& result, bool best, double seconds);
  void stop();
  StepLoss step(std::span<const std::size_t> order);
  std::vector<std::uint64_t> dropout_keys(std::span<const std::string> ids) const;
  StepLoss backward(const Batch& batch);
  bool out_of_budget() const;
  double progress_share() const;
  std::int64_t last_step() const;
  NamedTensors everything() const;
  void save_best(const Validation& validation);
  void save();

  const TrainJob& job;
  TrainObserver& observer;
  const TrainOptions& options;
  int threads;
  bool bfloat16;
  LossOptions loss;
  std::function<bool()> stopped;
  std::vector<Example> train, validation;
  std::string measure;  // see quality_name()
  std::int64_t batch_size, epoch_steps;
  std::shared_ptr<Network> network;
  NamedTensors parameters, state;
  std::optional<Adam> adam;
  std::optional<Ema> ema;
  TrainProgress progress;
  InitReport init;
  bool interrupted = false;
};

Trainer::State::State(const TrainJob& job_given, TrainObserver& observer_given)
    : job(job_given),
      observer(observer_given),
      options(job_given.options),
      threads(set_threads(job_given.options.jobs)),
      bfloat16(wants_bfloat16(job_given.options.precision)),
      stopped([this] { return observer.interrupted(); }),
      train(load_examples(job_given.train, job_given.size, threads, stopped)),
      validation(load_examples(job_given.validation, job_given.size, threads, stopped)),
      measure(quality_name(validation, job_given.options.task)),
      batch_size(std::min<std::int64_t>(options.batch, static_cast<std::int64_t>(train.size()))),
      epoch_steps(static_cast<std::int64_t>(train.size()) / batch_size),
      network(make_network(job_given.net)) {
  check(options);
  loss.alpha = options.alpha;
  loss.joint = options.joint;
  initialise(*network, make_generator(static_cast<std::uint64_t>(options.seed)));
  if (!job.init.empty() && !job.resume) init = load_pretrained(*network, job.init);
  parameters = trainable(*network);
  state = named_state(*network);
  adam.emplace(parameters, options);
  if (options.ema > 0) ema.emplace(state, options.ema);
}

void Trainer::State::start() {
  Resumed resumed;
  if (job.resume) resumed = load_checkpoint(job.folder, everything(), job.fingerprint);
  progress = resumed.progress;
  observer.started({count_parameters(*network), progress.epoch, progress.epoch_step, epoch_steps, bfloat16,
                    threads, measure, resumed.warning, init});
}

TrainOutcome Trainer::State::run() {
  start();
  while (!progress.done && !interrupted) {
    run_epoch();
    if (!interrupted) end_epoch();
  }
  return {progress.epoch - 1, progress.best_epoch, measure, progress.best, interrupted};
}

// What was done so far can be gone on with.
void Trainer::State::stop() {
  interrupted = true;
  save();
}

std::int64_t Trainer::State::last_step() const {
  const std::int64_t all = options.epochs * epoch_steps;
  return options.max_steps ? std::min(all, *options.max_steps) : all;
}

double Trainer::State::progress_share() const {
  const double steps = static_cast<double>(progress.steps) / static_cast<double>(last_step());
  return options.max_seconds ? std::max(steps, progress.seconds / *options.max_seconds) : steps;
}

bool Trainer::State::out_of_budget() const {
  return progress.steps >= last_step() || (options.max_seconds && progress.seconds >= *options.max_seconds);
}

void Trainer::State::run_epoch() {
  const auto seed = static_cast<std::uint64_t>(options.seed);
  const std::vector<std::size_t> order = epoch_order(train.size(), seed, progress.epoch);
  while (progress.epoch_step < epoch_steps && !out_of_budget()) {
    if (stopped()) return stop();
    const auto started = Clock::now();
    const auto first = static_cast<std::size_t>(progress.epoch_step * batch_size);
    const StepLoss value = step(std::span(order).subspan(first, static_cast<std::size_t>(batch_size)));
    ++progress.epoch_step;
    ++progress.steps;
    progress.loss_sum += value.total;
    progress.mask_loss_sum += value.mask;
    progress.class_loss_sum += value.classes;
    const double seconds = seconds_since(started);
    progress.seconds += seconds;
    progress.epoch_seconds += seconds;
    observer.step(progress.epoch, progress.epoch_step, value.total, std::min(1.0, progress_share()));
  }
}

// Of the step that comes: the same for an image in any micro-batch.
std::vector<std::uint64_t> Trainer::State::dropout_keys(std::span<const std::string> ids) const {
  std::vector<std::uint64_t> keys;
  for (const std::string& id : ids)
    keys.push_back(hash64(id, static_cast<std::uint64_t>(options.seed)) +
                   static_cast<std::uint64_t>(progress.steps));
  return keys;
}

StepLoss Trainer::State::step(std::span<const std::size_t> order) {
  const auto seed = static_cast<std::uint64_t>(options.seed);
  const auto started = Clock::now();
  const Batch batch = make_augmented_batch(train, order, options.augment, seed, progress.epoch, threads);
  progress.waited_seconds += seconds_since(started);
  const StepLoss value = backward(batch);
  if (!std::isfinite(value.total))
    throw Error(Exit::internal, "the loss is not finite at step {} of epoch {}, images {}",
                progress.epoch_step + 1, progress.epoch, fmt::join(batch.ids, " "));
  if (options.clip > 0) clip_gradients(parameters, options.clip);
  progress.learning_rate =
      learning_rate(options, {progress.steps, progress_share()}, progress.plateau.factor);
  adam->step(progress.learning_rate);
  adam->zero_grad();
  if (ema) ema->update(state, progress.steps);
  return value;
}

// Micro-batch after micro-batch; their losses are shares of the whole batch's, so that the gradients add up.
StepLoss Trainer::State::backward(const Batch& batch) {
  const TargetCounts counts = count_targets({batch.masks, batch.has_mask, batch.labels});
  const std::int64_t micro = std::max<std::int64_t>(1, batch_size / options.accumulate);
  StepLoss sum;
  for (std::int64_t first = 0; first < batch_size; first += micro) {
    const std::int64_t count = std::min(micro, batch_size - first);
    const auto part = [&](const at::Tensor& all) { return all.narrow(0, first, count); };
    Loss value;
    {
      const Autocast autocast(bfloat16);
      network->draw_by(dropout_keys(
          std::span(batch.ids).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count))));
      const Prediction prediction =
          network->forward(part(batch.images).contiguous(at::MemoryFormat::ChannelsLast));
      value =
          joint_loss(prediction, {part(batch.masks), part(batch.has_mask), part(batch.labels)}, counts, loss);
    }
    value.total.backward();
    sum.total += value.total.item<double>();
    if (value.mask.defined()) sum.mask += value.mask.item<double>();
    if (value.classes.defined()) sum.classes += value.classes.item<double>();
  }
  return sum;
}

void Trainer::State::end_epoch() {
  const auto started = Clock::now();
  if (ema) ema->swap(state);
  const std::optional<Validation> result =
      validate(*network, validation, loss, std::max<std::int64_t>(1, batch_size / options.accumulate),
               bfloat16, stopped);
  if (!result) {  // validated again when the run goes on
    if (ema) ema->swap(state);
    return stop();
  }
  if (result->loss && !std::isfinite(*result->loss))
    throw Error(Exit::internal, "the validation loss is not finite after epoch {}", progress.epoch);
  const std::optional<double> value = quality(*result, measure);
  // Without validation cases the last epoch's weights are the model.
  const bool best = !value || *value > progress.best;
  if (best) {
    progress.best = value.value_or(-1);
    progress.best_epoch = progress.epoch;
    save_best(*result);
  }
  if (ema) ema->swap(state);
  if (value) progress.plateau = advanced(progress.plateau, *value, options.plateau_epochs);

  const double seconds = seconds_since(started);
  progress.seconds += seconds;
  // Before the checkpoint: a resume takes back log lines that it does not know, and misses none.
  log_epoch(*result, best, seconds);
  const bool patient = options.patience == 0 || progress.epoch - progress.best_epoch < options.patience;
  progress.done = out_of_budget() || !patient;
  ++progress.epoch;
  progress.epoch_step = 0;
  progress.epoch_seconds = progress.waited_seconds = progress.loss_sum = progress.mask_loss_sum =
      progress.class_loss_sum = 0;
  save();
}

void Trainer::State::log_epoch(const Validation& result, bool best, double seconds) {
  EpochLog log;
  const double steps = static_cast<double>(std::max<std::int64_t>(1, progress.epoch_step));
  log.epoch = progress.epoch;
  log.steps = progress.steps;
  log.learning_rate = progress.learning_rate;
  log.loss = progress.loss_sum / steps;
  if (job.net.mask_head) log.mask_loss = progress.mask_loss_sum / steps;
  if (job.net.class_head) log.class_loss = progress.class_loss_sum / steps;
  log.val_loss = result.loss;
  log.val_dice = result.dice;
  log.val_accuracy = result.accuracy;
  log.val_auroc = result.auroc;
  log.images_per_second = progress.epoch_seconds > 0
                              ? static_cast<double>(progress.epoch_step * batch_size) / progress.epoch_seconds
                              : 0;
  log.waited = progress.epoch_seconds > 0 ? progress.waited_seconds / progress.epoch_seconds : 0;
  log.best = best;
  log.seconds = progress.epoch_seconds + seconds;
  observer.epoch(log);
}

NamedTensors Trainer::State::everything() const {
  NamedTensors all = prefixed("net.", state);
  for (const auto& tensor : adam->state()) all.push_back(tensor);
  if (ema)
    for (const auto& tensor : ema->state()) all.push_back(tensor);
  return all;
}

void Trainer::State::save_best(const Validation& result) {
  nlohmann::json meta = job.meta;
  nlohmann::json& training = meta["training"];
  const auto number = [](const std::optional<double>& value) {
    return value ? nlohmann::json(*value) : nlohmann::json();
  };
  training["epoch"] = progress.epoch;
  training["steps"] = progress.steps;
  training["averaged"] = ema.has_value();
  training["validation"] = {{"grid", "network"},
                            {"dice", number(result.dice)},
                            {"accuracy", number(result.accuracy)},
                            {"auroc", number(result.auroc)},
                            {"loss", number(result.loss)}};
  save_safetensors(job.folder + "/model.safetensors", state, meta, /*force=*/true, Durability::fsync);
}

void Trainer::State::save() {
  save_checkpoint(job.folder, everything(), progress, job.fingerprint);
}

Trainer::Trainer(const TrainJob& job, TrainObserver& observer)
    : state_(std::make_unique<State>(job, observer)) {}
Trainer::~Trainer() = default;

TrainOutcome Trainer::run() {
  return state_->run();
}

}  // namespace tn
