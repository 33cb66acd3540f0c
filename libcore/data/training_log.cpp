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
void each_epoch_field(Log& log, Visit&& visit) {
  visit("epoch", log.epoch);
  visit("steps", log.steps);
  visit("time", log.time);
  visit("seconds", log.seconds);
  visit("learning_rate", log.learning_rate);
  visit("loss", log.loss);
  visit("mask_loss", log.mask_loss);
  visit("class_loss", log.class_loss);
  visit("images_per_second", log.images_per_second);
  visit("waited", log.waited);
  visit("skipped", log.skipped);
}
template <typename Log, typename Visit>
void each_validation_field(Log& log, Visit&& visit) {
  visit("val_seconds", log.val_seconds);
  visit("val_loss", log.val_loss);
  visit("val_dice", log.val_dice);
  visit("val_accuracy", log.val_accuracy);
  visit("val_auroc", log.val_auroc);
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

// Fills a field from the line's object.
auto reader(const Record& fields, const std::string& place) {
  return [&](const char* name, auto& value) {
    const auto raw = fields.raw(name);
    if (!raw) throw Error(Exit::bad_data, "{}: no '{}' in this line", place, name);
    try {
      take(nlohmann::json::parse(*raw), value);
    } catch (const std::invalid_argument& expected) {
      throw Error(Exit::bad_data, "{}: '{}' is not {}", place, name, expected.what());
    }
  };
}

void add_scalar(Scalars& scalars, const char* name, double value) {
  scalars.emplace_back(name, value);
}
void add_scalar(Scalars& scalars, const char* name, const std::optional<double>& value) {
  if (value) scalars.emplace_back(name, *value);
}
void add_scalar(Scalars& scalars, const char* name, std::int64_t value) {
  scalars.emplace_back(name, static_cast<double>(value));
}
void add_scalar(Scalars&, const char*, bool) {}

bool is_coordinate(std::string_view name) {
  return name == "steps" || name == "time";
}

}  // namespace

std::string epoch_line(const EpochLog& log) {
  Json json = {{"event", "epoch"}};
  each_epoch_field(log, [&](const char* name, const auto& value) { json[name] = to_json(value); });
  return json.dump() + "\n";
}

std::string validation_line(const EpochLog& log) {
  Json json = {{"event", "validation"}, {"epoch", log.epoch}, {"steps", log.steps}};
  each_validation_field(log, [&](const char* name, const auto& value) { json[name] = to_json(value); });
  return json.dump() + "\n";
}

void take_log_line(std::vector<EpochLog>& logs, const std::string& line, const std::string& place) {
  const Record fields = Record::parse_object(line, place);
  const auto event = fields.text("event");
  if (event == "epoch") {
    EpochLog log;
    each_epoch_field(log, reader(fields, place));
    logs.push_back(log);
  } else if (event == "validation") {
    std::int64_t epoch = 0;
    reader(fields, place)("epoch", epoch);
    if (logs.empty() || logs.back().epoch != epoch)
      throw Error(Exit::bad_data, "{}: validation of epoch {} without its epoch before it", place, epoch);
    each_validation_field(logs.back(), reader(fields, place));
    logs.back().validated = true;
  } else {
    throw Error(Exit::bad_data, "{}: neither an epoch nor a validation", place);
  }
}

std::string csv_header() {
  std::string text;
  const EpochLog log;
  const auto add = [&](const char* name, const auto&) {
    text += (text.empty() ? "" : ",") + std::string(name);
  };
  each_epoch_field(log, add);
  each_validation_field(log, add);
  return text + "\n";
}

std::string to_csv_line(const EpochLog& log) {
  std::string text;
  const auto add = [&](const char*, const auto& value) {
    const Json json = to_json(value);
    if (!text.empty()) text += ",";
    if (!json.is_null()) text += json.dump();
  };
  each_epoch_field(log, add);
  each_validation_field(log, add);
  return text + "\n";
}

Scalars epoch_scalars(const EpochLog& log) {
  Scalars scalars;
  each_epoch_field(log, [&](const char* name, const auto& value) {
    if (!is_coordinate(name)) add_scalar(scalars, name, value);
  });
  return scalars;
}

Scalars validation_scalars(const EpochLog& log) {
  Scalars scalars;
  each_validation_field(log, [&](const char* name, const auto& value) { add_scalar(scalars, name, value); });
  return scalars;
}

std::vector<EpochLog> load_training_log(const std::string& path) {
  LineReader lines(path);
  std::vector<EpochLog> logs;
  std::string line;
  while (lines.next(line)) {
    if (trim(line).empty()) continue;
    try {
      take_log_line(logs, line, fmt::format("{}:{}", lines.name(), lines.line_number()));
    } catch (const Error&) {
      if (lines.line_ended()) throw;  // else a training is writing it now
    }
  }
  return logs;
}

}  // namespace tn
