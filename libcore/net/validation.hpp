// How good a network is on the validation cases, on the network's own grid.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

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

// Evaluates in evaluation mode and without gradients; the network's mode is as before afterwards. `batch`
// images at a time. What cannot be computed (no mask, no label, one class) is nothing. Asks before each batch
// whether to stop, and then has no result.
std::optional<Validation> validate(Network& network, std::span<const Example> cases, const LossOptions& loss,
                                   std::int64_t batch, bool bfloat16, const std::function<bool()>& stopped);

// What the best model is chosen by: "Dice", or with --task classify "AUROC" where the validation cases have
// both classes, "accuracy" where they have one; empty if they do not tell.
std::string quality_name(std::span<const Example> cases, Task task);

// Its value. `name` as above.
std::optional<double> quality(const Validation& validation, std::string_view name);

}  // namespace tn
