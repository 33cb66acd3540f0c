#include "libcore/net/options.hpp"

#include <nlohmann/json.hpp>

#include "libcore/base/error.hpp"

namespace tn {
namespace {

void expect(bool holds, const std::string& message) {
  if (!holds) throw Error::of(Exit::usage, message);
}

const char* word(Task task) {
  switch (task) {
    case Task::segment:
      return "segment";
    case Task::classify:
      return "classify";
    default:
      return "mtl";
  }
}

const char* word(Precision precision) {
  switch (precision) {
    case Precision::float32:
      return "float32";
    case Precision::bfloat16:
      return "bfloat16";
    default:
      return "auto";
  }
}

const char* word(EcaRule rule) {
  switch (rule) {
    case EcaRule::adaptive:
      return "adaptive";
    case EcaRule::none:
      return "none";
    default:
      return "fixed3";
  }
}

EcaRule eca_rule(const std::string& text, const std::string& where) {
  for (const EcaRule rule : {EcaRule::fixed3, EcaRule::adaptive, EcaRule::none})
    if (text == word(rule)) return rule;
  throw Error(Exit::bad_data, "{}: unknown ECA rule '{}'", where, text);
}

}  // namespace

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

std::int64_t preset_size(Preset preset) {
  return preset == Preset::paper ? 512 : 256;
}

void check(const TrainOptions& o) {
  expect(o.alpha >= 0, fmt::format("alpha {} is negative", o.alpha));
  expect(o.joint == Joint::additive || o.alpha <= 1,
         fmt::format("alpha {} is over 1 in a convex sum", o.alpha));
  expect(o.learning_rate > 0, fmt::format("learning rate {} is not positive", o.learning_rate));
  expect(o.weight_decay >= 0, fmt::format("weight decay {} is negative", o.weight_decay));
  expect(o.beta1 >= 0 && o.beta1 < 1, fmt::format("beta1 {} is not in [0,1)", o.beta1));
  expect(o.beta2 >= 0 && o.beta2 < 1, fmt::format("beta2 {} is not in [0,1)", o.beta2));
  expect(o.warmup_steps >= 0, fmt::format("warm-up of {} steps", o.warmup_steps));
  expect(o.plateau_epochs >= 1, fmt::format("plateau of {} epochs", o.plateau_epochs));
  expect(o.epochs >= 1, fmt::format("{} epochs", o.epochs));
  expect(!o.max_steps || *o.max_steps >= 1, "a largest number of steps below 1");
  expect(!o.max_seconds || *o.max_seconds > 0, "a largest time that is not positive");
  expect(o.patience >= 0, fmt::format("patience of {} epochs", o.patience));
  expect(o.batch >= 1, fmt::format("a batch of {} images", o.batch));
  expect(o.accumulate >= 1 && o.batch % o.accumulate == 0,
         fmt::format("a batch of {} images cannot be taken in {} equal parts", o.batch, o.accumulate));
  expect(o.ema >= 0 && o.ema < 1, fmt::format("EMA decay {} is not in [0,1)", o.ema));
  expect(o.clip >= 0, fmt::format("gradient norm limit {} is negative", o.clip));
  expect(o.jobs >= 0, fmt::format("{} threads", o.jobs));
  check(o.augment);
}

void check(const NetOptions& o) {
  expect(o.mask_head || o.class_head, "a network without a head");
  expect(o.attention_pool == 1 || o.attention_pool == 2 || o.attention_pool == 4,
         fmt::format("attention pool {} is not 1, 2 or 4", o.attention_pool));
  expect(o.in_channels == 1, fmt::format("{} input channels, expected 1", o.in_channels));
}

nlohmann::json to_json(const NetOptions& o) {
  return {{"name", o.arch},
          {"mask_head", o.mask_head},
          {"class_head", o.class_head},
          {"in_channels", o.in_channels},
          {"attention_pool", o.attention_pool},
          {"eca", word(o.eca)},
          {"projection", o.projection},
          {"attention", o.attention},
          {"f0", o.f0}};
}

NetOptions net_options_from_json(const nlohmann::json& json, const std::string& where) {
  try {
    NetOptions o;
    o.arch = json.at("name").get<std::string>();
    o.mask_head = json.at("mask_head").get<bool>();
    o.class_head = json.at("class_head").get<bool>();
    o.in_channels = json.at("in_channels").get<std::int64_t>();
    o.attention_pool = json.at("attention_pool").get<std::int64_t>();
    o.eca = eca_rule(json.at("eca").get<std::string>(), where);
    // Models of before the ablations do not name them.
    o.projection = json.value("projection", true);
    o.attention = json.value("attention", true);
    o.f0 = json.value("f0", true);
    check(o);
    return o;
  } catch (const nlohmann::json::exception& error) {
    throw Error(Exit::bad_data, "{}: architecture cannot be read: {}", where, error.what());
  } catch (const Error& error) {
    if (error.exit_code() != Exit::usage) throw;
    throw Error(Exit::bad_data, "{}: {}", where, error.what());
  }
}

nlohmann::json to_json(const TrainOptions& o) {
  nlohmann::json json = {{"preset", o.preset == Preset::paper ? "paper" : "practical"},
                         {"preset_version", kPresetVersion},
                         {"task", word(o.task)},
                         {"alpha", o.alpha},
                         {"joint", o.joint == Joint::convex ? "convex" : "additive"},
                         {"optimizer", o.optimizer == Optimizer::adam ? "adam" : "adamw"},
                         {"learning_rate", o.learning_rate},
                         {"weight_decay", o.weight_decay},
                         {"beta1", o.beta1},
                         {"beta2", o.beta2},
                         {"schedule", o.schedule == Schedule::cosine ? "cosine" : "plateau"},
                         {"warmup_steps", o.warmup_steps},
                         {"plateau_epochs", o.plateau_epochs},
                         {"epochs", o.epochs},
                         {"max_steps", nullptr},
                         {"max_seconds", nullptr},
                         {"patience", o.patience},
                         {"batch", o.batch},
                         {"accumulate", o.accumulate},
                         {"ema", o.ema},
                         {"clip", o.clip},
                         {"augment", to_json(o.augment)},
                         {"precision", word(o.precision)},
                         {"seed", o.seed}};
  if (o.max_steps) json["max_steps"] = *o.max_steps;
  if (o.max_seconds) json["max_seconds"] = *o.max_seconds;
  return json;
}

}  // namespace tn
