// What can be chosen about a network and its training, without a torch type in sight.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "libcore/image/augment_options.hpp"

namespace tn {

// Kernel of channel attention: 3 everywhere, or nearest odd of (log2 C + 1)/2, at least 3; none: no channel
// attention.
enum class EcaRule { fixed3, adaptive, none };

// METHOD 1 and 4. What is recorded in a model file under "arch".
struct NetOptions {
  std::string arch = "ffanet39";  // a name of the registry
  bool mask_head = true;          // false: class logits alone (--task classify)
  bool class_head = true;         // false: mask logits alone (--task segment)
  std::int64_t in_channels = 1;
  std::int64_t attention_pool = 1;  // 1: exact; 2 or 4: keys and values averaged over squares of this side
  EcaRule eca = EcaRule::fixed3;
  // Ablations of FFANet: false leaves out the projection of each block's input, position and channel
  // attention, or F0 at the input of the attention.
  bool projection = true;
  bool attention = true;
  bool f0 = true;
  friend bool operator==(const NetOptions&, const NetOptions&) = default;
};

enum class Task { mtl, segment, classify };
enum class Joint { additive, convex };  // L = Dice + alpha CE, or (1 - alpha) Dice + alpha CE
enum class Preset { practical, paper };
enum class Optimizer { adam, adamw };
enum class Schedule { cosine, plateau };
enum class Precision {
  automatic,
  float32,
  bfloat16
};  // automatic: bfloat16 where the processor multiplies in it

// METHOD 3. Defaults are those of the preset `practical`; preset_options() gives either.
struct TrainOptions {
  Preset preset = Preset::practical;
  Task task = Task::mtl;
  double alpha = 0.2;  // weight of the class loss, >= 0; convex: <= 1
  Joint joint = Joint::additive;
  Optimizer optimizer = Optimizer::adamw;
  double learning_rate = 1e-3;
  double weight_decay = 1e-2;
  double beta1 = 0.9;
  double beta2 = 0.999;
  Schedule schedule = Schedule::cosine;
  std::int64_t warmup_steps = 100;   // linear, cosine schedule alone
  std::int64_t plateau_epochs = 50;  // without a better validation Dice: halve the learning rate
  std::int64_t epochs = 100;
  std::optional<std::int64_t> max_steps;
  std::optional<double> max_seconds;  // wall clock; the cosine schedule follows time where that ends first
  std::int64_t patience = 0;          // epochs without a better validation Dice before the end; 0: never
  std::int64_t batch = 8;             // images an optimiser step
  std::int64_t accumulate = 1;        // micro-batches a step; batch must be a multiple
  double ema = 0.99;                  // decay of the averaged weights a step; 0: none
  double clip = 0;                    // largest gradient norm; 0: none
  AugmentOptions augment = augment_preset(AugmentPreset::practical);
  Precision precision = Precision::automatic;
  std::int64_t seed = 17;
  std::int64_t jobs = 0;  // threads; 0: every core
  friend bool operator==(const TrainOptions&, const TrainOptions&) = default;
};

constexpr int kPresetVersion = 1;  // recorded: what a preset means may grow

TrainOptions preset_options(Preset preset);
std::int64_t preset_size(Preset preset);  // px a side that the preset is meant for: 256 or 512

// Throw Error(usage) with the value and the reason.
void check(const TrainOptions& options);
void check(const NetOptions& options);

// As they stand in a model file ("arch", "training.options"); from_json throws Error(bad_data) "WHERE:
// reason".
nlohmann::json to_json(const NetOptions& options);
NetOptions net_options_from_json(const nlohmann::json& json, const std::string& where);
nlohmann::json to_json(const TrainOptions& options);  // all but jobs, which changes no batch

}  // namespace tn
