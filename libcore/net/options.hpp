// What can be chosen about a network and its training, without a torch type in sight.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
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
enum class Optimizer { adam, adamw, sgd };
enum class Schedule { constant, step, plateau, cosine, polynomial };
enum class Precision {
  automatic,
  float32,
  bfloat16
};  // automatic: bfloat16 where the device multiplies in it

// `device`: FoundDevice::name.
bool wants_bfloat16(Precision precision, const std::string& device);

// What is done about a loss or gradient that is not finite: end; leave the batch out; or go back to the last
// checkpoint and on with half the learning rate.
enum class NonFinite { stop, skip, rollback };

// Factors of the class loss: fixed ones, or balanced: n / (2 n_c) of the labelled training cases.
struct ClassWeights {
  bool balanced = false;
  double benign = 1;
  double malignant = 1;
  friend bool operator==(const ClassWeights&, const ClassWeights&) = default;
};

// METHOD 3. Defaults are those of the preset `practical`; preset_options() gives either.
struct TrainOptions {
  Preset preset = Preset::practical;
  Task task = Task::mtl;
  double alpha = 0.2;  // weight of the class loss, >= 0; convex: <= 1
  Joint joint = Joint::additive;
  ClassWeights class_weights;
  double label_smoothing = 0;  // share of a class label that is spread over both classes, in [0,1)
  Optimizer optimizer = Optimizer::adamw;
  double learning_rate = 1e-3;
  double weight_decay = 1e-2;
  double beta1 = 0.9;  // adam, adamw
  double beta2 = 0.999;
  double momentum = 0.9;  // sgd
  bool nesterov = false;  // sgd with momentum
  Schedule schedule = Schedule::cosine;
  std::int64_t warmup_steps = 100;   // linear, before and on top of any schedule; 0: none
  std::int64_t step_epochs = 30;     // step: lower the rate after each so many epochs
  std::int64_t plateau_epochs = 50;  // plateau: lower it after so many without a better validation
  double rate_factor = 0.5;          // step, plateau: lower it to this share
  double power = 0.9;                // polynomial: (1 - progress)^power
  std::int64_t epochs = 100;
  std::optional<std::int64_t> max_steps;
  std::optional<double> max_seconds;  // wall clock; cosine and polynomial follow time where that ends first
  std::int64_t patience = 0;          // epochs without a better validation Dice before the end; 0: never
  std::int64_t batch = 8;             // images an optimiser step
  std::int64_t accumulate = 1;        // micro-batches a step; batch must be a multiple
  double ema = 0.99;                  // decay of the averaged weights a step; 0: none
  bool sync_batch_norm = false;       // over the images of all processes
  double clip = 0;                    // largest gradient norm; 0: none
  AugmentOptions augment = augment_preset(AugmentPreset::practical);
  NonFinite non_finite = NonFinite::stop;
  bool calibrate = true;  // choose temperature and thresholds on validation at the end
  Precision precision = Precision::automatic;
  bool tf32 = false;  // on a GPU: products of float32 numbers in TF32
  std::int64_t seed = 17;
  // What follows changes no weight, is not recorded and may differ on a resume.
  std::string device = "cpu";       // FoundDevice::name
  std::int64_t jobs = 0;            // threads; 0: every core
  std::int64_t cache_mb = 4096;     // of decoded frames kept in memory, MB; others are decoded each epoch
  double checkpoint_seconds = 600;  // between checkpoints inside an epoch
  friend bool operator==(const TrainOptions&, const TrainOptions&) = default;
};

constexpr int kPresetVersion = 2;  // recorded: what a preset means may grow; 2 names an architecture

// "none", "balanced", or the two factors as "BENIGN,MALIGNANT". Throws Error(usage).
ClassWeights parse_class_weights(const std::string& text);
std::string class_weights_text(const ClassWeights& weights);

TrainOptions preset_options(Preset preset);
std::string preset_arch(Preset preset);   // practical: what measured best (examples/recipes.md)
std::int64_t preset_size(Preset preset);  // px a side that the preset is meant for: 256 or 512

// Throw Error(usage) with the value and the reason.
void check(const TrainOptions& options);
void check(const NetOptions& options);

// Throws Error(usage) where one of the options `given` (long names) has no effect beside the others.
void expect_used(std::span<const std::string> given, const TrainOptions& options);

// As they stand in a model file ("arch", "training.options"); from_json throws Error(bad_data) "WHERE:
// reason".
nlohmann::json to_json(const NetOptions& options);
NetOptions net_options_from_json(const nlohmann::json& json, const std::string& where);
nlohmann::json to_json(const TrainOptions& options);  // all but what changes no weight

}  // namespace tn
