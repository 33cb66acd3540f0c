#include "libcore/net/setting_difference.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "libcore/base/text.hpp"

namespace tn {
namespace {

using Json = nlohmann::json;

enum class Kind { value, switches_on, switches_off };

// Settings whose option has another name, or takes no value.
struct Named {
  std::string_view setting, option;
  Kind kind = Kind::value;
};
constexpr std::array kNamed{Named{"name", "arch"},
                            Named{"learning_rate", "lr"},
                            Named{"warmup_steps", "warmup"},
                            Named{"max_seconds", "max-time"},
                            Named{"nesterov", "nesterov", Kind::switches_on},
                            Named{"sync_batch_norm", "sync-batch-norm", Kind::switches_on},
                            Named{"calibrate", "no-calibrate", Kind::switches_off},
                            Named{"projection", "no-projection", Kind::switches_off},
                            Named{"attention", "no-attention", Kind::switches_off},
                            Named{"f0", "no-f0", Kind::switches_off}};
// What follows from other settings.
constexpr std::array kWithoutOption{"preset_version", "mask_head", "class_head", "in_channels"};

std::string with(std::string text, char instead) {
  std::ranges::replace(text, '_', instead);
  return text;
}

// As the command line takes it.
std::string text_of(const Json& value) {
  if (value.is_null()) return "none";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return shortest(value.get<double>());
  if (!value.is_array()) return value.dump();
  std::vector<std::string> parts;
  for (const Json& part : value) parts.push_back(text_of(part));
  return fmt::format("{}", fmt::join(parts, ":"));
}

std::string values(const std::string& name, const Json& before, const Json& now, const char* unit = "") {
  const auto text = [&](const Json& value) { return text_of(value) + (value.is_null() ? "" : unit); };
  return before.is_null() ? fmt::format("no {}, not {}", name, text(now))
                          : fmt::format("{} {}, not {}", name, text(before), text(now));
}

// Of a setting of the network or the training.
std::string option_difference(const std::string& setting, const Json& before, const Json& now) {
  if (std::ranges::find(kWithoutOption, setting) != kWithoutOption.end())
    return values(with(setting, ' '), before, now);
  const auto* found = std::ranges::find(kNamed, setting, &Named::setting);
  const Named named = found == kNamed.end() ? Named{} : *found;
  const std::string option = "--" + (named.option.empty() ? with(setting, '-') : std::string(named.option));
  if (named.kind == Kind::value) return values(option, before, now, setting == "max_seconds" ? "s" : "");
  const bool given = before == (named.kind == Kind::switches_on);
  return given ? option + ", not without it" : "no " + option;
}

// Calls visit(key, first, second) for every key whose values differ; what one lacks is null.
template <typename Visit>
void each_difference(const Json& before, const Json& now, Visit&& visit) {
  Json keys = before;
  keys.update(now);
  for (const auto& [key, unused] : keys.items()) {
    const Json a = before.value(key, Json()), b = now.value(key, Json());
    if (a != b) visit(key, a, b);
  }
}

}  // namespace

std::string setting_difference(const Json& before, const Json& now) {
  std::vector<std::string> differences;
  const auto of_augmentation = [&](const std::string& step, const Json& a, const Json& b) {
    const Json never = 0;
    differences.push_back(
        values("--augment-" + with(step, '-'), a.is_null() ? never : a, b.is_null() ? never : b));
  };
  const auto of_options = [&](const std::string& setting, const Json& a, const Json& b) {
    if (setting == "augment") return each_difference(a, b, of_augmentation);
    differences.push_back(option_difference(setting, a, b));
  };
  each_difference(before, now, [&](const std::string& part, const Json& a, const Json& b) {
    if (part == "arch" || part == "options") return each_difference(a, b, of_options);
    const std::string name = part == "init" ? "--init" : part == "pre" ? "preprocessing" : part;
    differences.push_back(values(name, a, b));
  });
  std::ranges::stable_partition(differences,
                                [](const std::string& one) { return one.starts_with("--preset "); });
  constexpr std::size_t kMost = 5;
  const std::size_t count = differences.size();
  if (count > kMost) {
    differences.resize(kMost);
    differences.push_back(fmt::format("and {} more", count - kMost));
  }
  return fmt::format("{}", fmt::join(differences, "; "));
}

}  // namespace tn
