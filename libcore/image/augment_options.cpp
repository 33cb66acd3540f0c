#include "libcore/image/augment_options.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"

namespace tn {
namespace {

using O = AugmentOptions;

constexpr std::array<AugmentField, 14> kFields{{
    {"flip-horizontal", &O::flip_horizontal, nullptr, 0, 0, "mirror left and right"},
    {"flip-vertical", &O::flip_vertical, nullptr, 0, 0, "mirror top and bottom"},
    {"rotate", nullptr, &O::rotate, -180, 180, "turn by degrees, anticlockwise"},
    {"scale", nullptr, &O::scale, 0.1, 10, "enlarge by a factor"},
    {"shift", nullptr, &O::shift, -1, 1, "move by shares of the side, right and down"},
    {"gamma", nullptr, &O::gamma, 0.1, 10, "exponent on the levels"},
    {"gain", nullptr, &O::gain, 0, 10, "factor on the levels"},
    {"contrast", nullptr, &O::contrast, 0, 10, "factor on the levels' distance from their mean"},
    {"blur", nullptr, &O::blur, 0, 20, "Gaussian blur, sigma in px"},
    {"speckle", nullptr, &O::speckle, 0, 2, "multiplicative noise, standard deviation"},
    {"time-gain", nullptr, &O::time_gain, 0, 1, "brightness that changes with depth, by at most this share"},
    {"shadow", nullptr, &O::shadow, 0, 1, "acoustic shadow, share of light taken"},
    {"elastic", nullptr, &O::elastic, 0, 0.06, "smooth random pull, at most this share of the side"},
    {"sector", nullptr, &O::sector, 0, 1, "fan-shaped view that hides this share of the upper edge"},
}};

double number(std::string_view text) {
  const auto value = parse_double(text);
  if (!value) throw Error(Exit::usage, "'{}' is not a number", printable(text));
  return *value;
}

void check_probability(double probability) {
  if (!(probability >= 0 && probability <= 1))
    throw Error(Exit::usage, "probability {} is not in 0 to 1", probability);
}

void check_field(const AugmentOptions& options, const AugmentField& field) {
  if (field.chance != nullptr) return check_probability(options.*field.chance);
  const Step& step = options.*field.step;
  check_probability(step.probability);
  if (!(step.low <= step.high)) throw Error(Exit::usage, "the range {} to {} is empty", step.low, step.high);
  if (step.low < field.lowest || step.high > field.highest)
    throw Error(Exit::usage, "the range {} to {} is not within {} to {}", step.low, step.high, field.lowest,
                field.highest);
}

}  // namespace

AugmentOptions augment_preset(AugmentPreset preset) {
  AugmentOptions options;
  if (preset == AugmentPreset::none) return options;
  options.flip_horizontal = 0.5;
  options.flip_vertical = 0.5;
  options.rotate.probability = 0.5;
  if (preset == AugmentPreset::paper) return options;
  for (Step O::*step : {&O::scale, &O::shift, &O::gamma, &O::gain}) (options.*step).probability = 0.5;
  for (Step O::*step : {&O::contrast, &O::speckle, &O::time_gain}) (options.*step).probability = 0.3;
  for (Step O::*step : {&O::blur, &O::shadow}) (options.*step).probability = 0.2;
  return options;
}

std::span<const AugmentField> augment_fields() {
  return kFields;
}

std::string augment_text(const AugmentOptions& options, const AugmentField& field) {
  if (field.chance != nullptr) return shortest(options.*field.chance);
  const Step& step = options.*field.step;
  return shortest(step.probability) + ":" + shortest(step.low) + ":" + shortest(step.high);
}

AugmentOptions with_augment_text(AugmentOptions options, const AugmentField& field, const std::string& text) {
  const std::vector<std::string_view> parts = split_text(text, ':');
  if (parts.size() != 1 && (parts.size() != 3 || field.chance != nullptr))
    throw Error(Exit::usage, "'{}' is not P{}", printable(text),
                field.chance != nullptr ? ", a probability" : " or P:LOW:HIGH");
  const double probability = number(parts[0]);
  if (field.chance != nullptr) {
    options.*field.chance = probability;
  } else {
    Step& step = options.*field.step;
    step.probability = probability;
    if (parts.size() == 3) {
      step.low = number(parts[1]);
      step.high = number(parts[2]);
    }
  }
  check_field(options, field);
  return options;
}

void check(const AugmentOptions& options) {
  for (const AugmentField& field : kFields) {
    try {
      check_field(options, field);
    } catch (const Error& error) {
      throw Error(Exit::usage, "augmentation {}: {}", field.name, error.what());
    }
  }
}

nlohmann::json to_json(const AugmentOptions& options) {
  nlohmann::json json = nlohmann::json::object();
  for (const AugmentField& field : kFields) {
    std::string key = field.name;
    std::replace(key.begin(), key.end(), '-', '_');
    if (field.chance != nullptr) {
      if (options.*field.chance > 0) json[key] = options.*field.chance;
      continue;
    }
    const Step& step = options.*field.step;
    if (step.probability > 0) json[key] = {step.probability, step.low, step.high};
  }
  return json;
}

}  // namespace tn
