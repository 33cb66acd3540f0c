// How good a network is on the validation cases, on the network's own grid.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "libcore/net/collectives.hpp"
#include "libcore/net/loader.hpp"
#include "libcore/net/losses.hpp"
#include "libcore/net/network.hpp"

namespace tn {

struct Validation {
  std::optional<double> loss;      // the joint loss over all cases
  std::optional<double> dice;      // mean over images with a mask, probability >= 0.5; as tn-eval computes it
  std::optional<double> accuracy;  // P(malignant) >= 0.5
  std::optional<double> auroc;
};

// How the network is asked.
struct Asking {
  std::int64_t batch = 1;        // images at a time
  at::Device device = at::kCPU;  // where the network is
  bool bfloat16 = false;
  int jobs = 1;                   // threads that decode what is not kept in memory
  std::function<bool()> stopped;  // before each batch: whether to stop
};

// The network's answers on all cases, on the processor, part after part, in evaluation mode and without
// gradients; the network's mode is as before afterwards. False: stopped.
using Visit = std::function<void(const Prediction&, const Batch&, std::span<const Example>)>;
bool each_prediction(Network& network, const CaseStore& cases, const Asking& asking, const Visit& visit);

// What cannot be computed (no mask, no label, one class) is nothing. Stopped, there is no result.
std::optional<Validation> validate(Network& network, const CaseStore& cases, const LossOptions& loss,
                                   const Asking& asking);

// What process 0 found, for all; nothing where it was stopped.
std::optional<Validation> of_first(Collectives* processes, std::optional<Validation> result);

// What the best model is chosen by: "Dice", or with --task classify "AUROC" where the validation cases have
// both classes, "accuracy" where they have one; empty if they do not tell.
std::string quality_name(std::span<const TrainCase> cases, Task task);

// Its value. `name` as above.
std::optional<double> quality(const Validation& validation, std::string_view name);

}  // namespace tn
