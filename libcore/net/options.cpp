#include "libcore/net/options.hpp"

#include <nlohmann/json.hpp>

#include "libcore/base/error.hpp"
#include "libcore/net/device.hpp"

namespace tn {
namespace {

void expect(bool holds, const std::string& message) {
  if (!holds) throw Error::of(Exit::usage, message);
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

bool wants_bfloat16(Precision precision, const std::string& device) {
  return precision == Precision::automatic ? multiplies_in_bfloat16(device)
                                           : precision == Precision::bfloat16;
}

}  // namespace tn
