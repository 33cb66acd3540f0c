#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"
#include "libcore/net/options.hpp"

namespace tn {
namespace {

void expect(bool holds, const std::string& message) {
  if (!holds) throw Error::of(Exit::usage, message);
}

// How the values of an option are written in files; the command line has the same words.
template <typename E, std::size_t N>
using Words = std::array<std::pair<E, std::string_view>, N>;

constexpr Words<Task, 3> kTasks = {
    {{Task::mtl, "mtl"}, {Task::segment, "segment"}, {Task::classify, "classify"}}};
constexpr Words<Precision, 3> kPrecisions = {
    {{Precision::automatic, "auto"}, {Precision::float32, "float32"}, {Precision::bfloat16, "bfloat16"}}};
constexpr Words<Optimizer, 3> kOptimizers = {
    {{Optimizer::adam, "adam"}, {Optimizer::adamw, "adamw"}, {Optimizer::sgd, "sgd"}}};
constexpr Words<NonFinite, 3> kNonFinite = {
    {{NonFinite::stop, "stop"}, {NonFinite::skip, "skip"}, {NonFinite::rollback, "rollback"}}};
constexpr Words<Schedule, 5> kSchedules = {{{Schedule::constant, "constant"},
                                            {Schedule::step, "step"},
                                            {Schedule::plateau, "plateau"},
                                            {Schedule::cosine, "cosine"},
                                            {Schedule::polynomial, "polynomial"}}};

template <typename E, std::size_t N>
std::string word(const Words<E, N>& words, E value) {
  for (const auto& [known, text] : words)
    if (known == value) return std::string(text);
  throw Error(Exit::internal, "an option's value has no word");
}

constexpr std::int64_t kMostEpochs = 1'000'000;
constexpr std::int64_t kMostCacheMb = 1'000'000'000;

// "--lr: -1 is not positive"
template <typename T>
void expect_value(bool holds, std::string_view option, T value, std::string_view fault) {
  if (!holds) throw Error(Exit::usage, "--{}: {} {}", option, value, fault);
}

void check_descent(const TrainOptions& o) {
  const auto share = [](double value) { return value >= 0 && value < 1; };
  expect_value(o.learning_rate > 0, "lr", o.learning_rate, "is not positive");
  expect_value(o.weight_decay >= 0, "weight-decay", o.weight_decay, "is negative");
  expect_value(share(o.beta1), "beta1", o.beta1, "is not in [0,1)");
  expect_value(share(o.beta2), "beta2", o.beta2, "is not in [0,1)");
  expect_value(share(o.momentum), "momentum", o.momentum, "is not in [0,1)");
  expect(!o.nesterov || o.momentum > 0, "--nesterov needs a --momentum over 0");
  expect_value(share(o.ema), "ema", o.ema, "is not in [0,1)");
  expect_value(o.clip >= 0, "clip", o.clip, "is negative");
}

void check_schedule(const TrainOptions& o) {
  expect_value(o.warmup_steps >= 0, "warmup", o.warmup_steps, "is negative");
  expect_value(o.plateau_epochs >= 1, "plateau-epochs", o.plateau_epochs, "is below 1");
  expect_value(o.step_epochs >= 1, "step-epochs", o.step_epochs, "is below 1");
  expect_value(o.rate_factor > 0 && o.rate_factor < 1, "rate-factor", o.rate_factor, "is not in (0,1)");
  expect_value(o.power > 0, "power", o.power, "is not positive");
  expect_value(o.epochs >= 1 && o.epochs <= kMostEpochs, "epochs", o.epochs,
               fmt::format("is not in 1 to {}", kMostEpochs));
  if (o.max_steps) expect_value(*o.max_steps >= 1, "max-steps", *o.max_steps, "is below 1");
  if (o.max_seconds) expect_value(*o.max_seconds > 0, "max-time", *o.max_seconds, "is not positive");
  expect_value(o.patience >= 0, "patience", o.patience, "is negative");
}

}  // namespace

ClassWeights parse_class_weights(const std::string& text) {
  if (text == "none") return {};
  if (text == "balanced") return {true, 1, 1};
  const auto comma = text.find(',');
  const auto benign = parse_double(std::string_view(text).substr(0, comma));
  const auto malignant =
      comma == std::string::npos ? std::nullopt : parse_double(std::string_view(text).substr(comma + 1));
  if (!benign || !malignant || !(*benign > 0) || !(*malignant > 0))
    throw Error(Exit::usage, "'{}' is not none, balanced or two positive numbers such as 2,1",
                printable(text));
  return {false, *benign, *malignant};
}

std::string class_weights_text(const ClassWeights& weights) {
  if (weights.balanced) return "balanced";
  if (weights == ClassWeights{}) return "none";
  return shortest(weights.benign) + "," + shortest(weights.malignant);
}

TrainOptions preset_options(Preset preset) {
  TrainOptions options;
  options.preset = preset;
  if (preset == Preset::practical) return options;
  options.optimizer = Optimizer::adam;
  options.weight_decay = 0;
  options.beta2 = 0.99;
  options.schedule = Schedule::plateau;
  options.warmup_steps = 0;
  options.epochs = 250;
  options.ema = 0;
  options.augment = augment_preset(AugmentPreset::paper);
  options.precision = Precision::float32;
  return options;
}

std::string preset_arch(Preset preset) {
  return preset == Preset::paper ? "ffanet39" : "ffanet27-slim";
}

std::int64_t preset_size(Preset preset) {
  return preset == Preset::paper ? 512 : 256;
}

void check(const TrainOptions& o) {
  expect_value(o.alpha >= 0, "alpha", o.alpha, "is negative");
  expect_value(o.joint == Joint::additive || o.alpha <= 1, "alpha", o.alpha, "is over 1 in a convex sum");
  expect_value(o.label_smoothing >= 0 && o.label_smoothing < 1, "label-smoothing", o.label_smoothing,
               "is not in [0,1)");
  expect(o.class_weights.benign > 0 && o.class_weights.malignant > 0, "--class-weights: one is not positive");
  check_descent(o);
  check_schedule(o);
  expect_value(o.batch >= 1, "batch", o.batch, "is below 1");
  expect(o.accumulate >= 1 && o.batch % o.accumulate == 0,
         fmt::format("a batch of {} images cannot be taken in {} equal parts (--accumulate)", o.batch,
                     o.accumulate));
  expect_value(o.jobs >= 0, "jobs", o.jobs, "is negative");
  expect_value(o.cache_mb >= 0 && o.cache_mb <= kMostCacheMb, "cache-mb", o.cache_mb,
               fmt::format("is not in 0 to {}", kMostCacheMb));
  expect_value(o.checkpoint_seconds > 0, "checkpoint-every", o.checkpoint_seconds, "is not positive");
  check(o.augment);
}

void expect_used(std::span<const std::string> given, const TrainOptions& o) {
  const bool sgd = o.optimizer == Optimizer::sgd;
  const bool lowered = o.schedule == Schedule::step || o.schedule == Schedule::plateau;
  const bool classes = o.task != Task::segment && (o.task != Task::mtl || o.alpha > 0);
  struct Rule {
    std::string_view option;
    bool used;
    std::string_view needs;
  };
  const Rule rules[] = {{"momentum", sgd, "--optimizer sgd"},
                        {"nesterov", sgd, "--optimizer sgd"},
                        {"beta1", !sgd, "--optimizer adam or adamw"},
                        {"beta2", !sgd, "--optimizer adam or adamw"},
                        {"step-epochs", o.schedule == Schedule::step, "--schedule step"},
                        {"plateau-epochs", o.schedule == Schedule::plateau, "--schedule plateau"},
                        {"rate-factor", lowered, "--schedule step or plateau"},
                        {"power", o.schedule == Schedule::polynomial, "--schedule polynomial"},
                        {"alpha", o.task == Task::mtl, "--task mtl"},
                        {"joint", o.task == Task::mtl, "--task mtl"},
                        {"class-weights", classes, "a class loss (--task, --alpha)"},
                        {"label-smoothing", classes, "a class loss (--task, --alpha)"},
                        {"tf32", o.device != "cpu", "a GPU (--device)"}};
  for (const std::string& name : given)
    for (const Rule& rule : rules)
      if (rule.option == name && !rule.used)
        throw Error(Exit::usage, "--{} has no effect: it needs {}", name, rule.needs);
}

nlohmann::json to_json(const TrainOptions& o) {
  nlohmann::json json = {{"preset", o.preset == Preset::paper ? "paper" : "practical"},
                         {"preset_version", kPresetVersion},
                         {"task", word(kTasks, o.task)},
                         {"alpha", o.alpha},
                         {"joint", o.joint == Joint::convex ? "convex" : "additive"},
                         {"class_weights", class_weights_text(o.class_weights)},
                         {"label_smoothing", o.label_smoothing},
                         {"optimizer", word(kOptimizers, o.optimizer)},
                         {"learning_rate", o.learning_rate},
                         {"weight_decay", o.weight_decay},
                         {"beta1", o.beta1},
                         {"beta2", o.beta2},
                         {"momentum", o.momentum},
                         {"nesterov", o.nesterov},
                         {"schedule", word(kSchedules, o.schedule)},
                         {"warmup_steps", o.warmup_steps},
                         {"step_epochs", o.step_epochs},
                         {"plateau_epochs", o.plateau_epochs},
                         {"rate_factor", o.rate_factor},
                         {"power", o.power},
                         {"epochs", o.epochs},
                         {"max_steps", nullptr},
                         {"max_seconds", nullptr},
                         {"patience", o.patience},
                         {"batch", o.batch},
                         {"accumulate", o.accumulate},
                         {"ema", o.ema},
                         {"clip", o.clip},
                         {"sync_batch_norm", o.sync_batch_norm},
                         {"augment", to_json(o.augment)},
                         {"non_finite", word(kNonFinite, o.non_finite)},
                         {"calibrate", o.calibrate},
                         {"precision", word(kPrecisions, o.precision)},
                         {"seed", o.seed}};
  if (o.tf32) json["tf32"] = true;
  if (o.max_steps) json["max_steps"] = *o.max_steps;
  if (o.max_seconds) json["max_seconds"] = *o.max_seconds;
  return json;
}

}  // namespace tn
