#include "libcore/data/training_log.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/text.hpp"
#include "libcore/data/record.hpp"

namespace tn {
namespace {

using Json = nlohmann::ordered_json;

// Every field with its name, in the order in which it is written.
template <typename Log, typename Visit>
void each_field(Log& log, Visit&& visit) {
  visit("epoch", log.epoch);
  visit("steps", log.steps);
  visit("seconds", log.seconds);
  visit("learning_rate", log.learning_rate);
  visit("loss", log.loss);
  visit("mask_loss", log.mask_loss);
  visit("class_loss", log.class_loss);
  visit("val_loss", log.val_loss);
  visit("val_dice", log.val_dice);
  visit("val_accuracy", log.val_accuracy);
  visit("val_auroc", log.val_auroc);
  visit("images_per_second", log.images_per_second);
  visit("waited", log.waited);
  visit("best", log.best);
}

Json to_json(std::int64_t value) {
  return value;
}
Json to_json(bool value) {
  return value;
}
Json to_json(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}
Json to_json(const std::optional<double>& value) {
  return value ? to_json(*value) : Json(nullptr);
}

void take(const nlohmann::json& json, std::int64_t& value) {
  if (!json.is_number_integer()) throw std::invalid_argument("a whole number");
  value = json.get<std::int64_t>();
}
void take(const nlohmann::json& json, bool& value) {
  if (!json.is_boolean()) throw std::invalid_argument("true or false");
  value = json.get<bool>();
}
void take(const nlohmann::json& json, double& value) {
  if (json.is_null()) {
    value = std::numeric_limits<double>::quiet_NaN();
    return;
  }
  if (!json.is_number()) throw std::invalid_argument("a number");
  value = json.get<double>();
}
void take(const nlohmann::json& json, std::optional<double>& value) {
  if (!json.is_null()) take(json, value.emplace());
}

}  // namespace

std::string to_json_line(const EpochLog& log) {
  Json json;
  each_field(log, [&](const char* name, const auto& value) { json[name] = to_json(value); });
  return json.dump() + "\n";
}

EpochLog epoch_log_from_json(const std::string& line, const std::string& place) {
  const Record fields = Record::parse_object(line, place);
  EpochLog log;
  each_field(log, [&](const char* name, auto& value) {
    const auto raw = fields.raw(name);
    if (!raw) throw Error(Exit::bad_data, "{}: no '{}' in this epoch", place, name);
    try {
      take(nlohmann::json::parse(*raw), value);
    } catch (const std::invalid_argument& expected) {
      throw Error(Exit::bad_data, "{}: '{}' is not {}", place, name, expected.what());
    }
  });
  return log;
}

std::string csv_header() {
  std::string text;
  const EpochLog log;
  each_field(log,
             [&](const char* name, const auto&) { text += (text.empty() ? "" : ",") + std::string(name); });
  return text + "\n";
}

std::string to_csv_line(const EpochLog& log) {
  std::string text;
  each_field(log, [&](const char*, const auto& value) {
    const Json json = to_json(value);
    if (!text.empty()) text += ",";
    if (!json.is_null()) text += json.dump();
  });
  return text + "\n";
}

std::vector<EpochLog> load_training_log(const std::string& path) {
  LineReader lines(path);
  std::vector<EpochLog> logs;
  std::string line;
  while (lines.next(line)) {
    if (trim(line).empty()) continue;
    logs.push_back(epoch_log_from_json(line, fmt::format("{}:{}", lines.name(), lines.line_number())));
  }
  return logs;
}

}  // namespace tn
