#include "libcore/net/model_spec.hpp"

#include "libcore/base/error.hpp"

namespace tn {

void expect_no_checkpoint(const nlohmann::json& meta, const std::string& name) {
  if (meta.contains("checkpoint"))
    throw Error(Exit::bad_data, "{}: is a checkpoint; the run's model is in model.safetensors", name);
}

ModelSpec model_spec_from_json(const nlohmann::json& meta, const std::string& name) {
  if (!meta.is_object())
    throw Error(Exit::bad_data, "{}: not a model of these tools (no 'tn' document)", name);
  expect_no_checkpoint(meta, name);
  try {
    if (meta.at("v") != 1)
      throw Error(Exit::bad_data, "{}: model version {}, expected 1", name, meta.at("v").dump());
    ModelSpec spec;
    spec.net = net_options_from_json(meta.at("arch"), name);
    spec.preprocess = preprocess_from_json(meta.at("pre").at("options"), name);
    if (meta.at("pre").at("hash") != preprocess_hash(spec.preprocess))
      throw Error(Exit::bad_data, "{}: its preprocessing is of another version of these tools", name);
    const nlohmann::json& thresholds = meta.at("thresholds");
    spec.mask_threshold = thresholds.at("mask").get<double>();
    spec.class_threshold = thresholds.at("class").get<double>();
    spec.temperature = meta.at("temperature").get<double>();
    if (!(spec.temperature > 0)) throw Error(Exit::bad_data, "{}: temperature {}", name, spec.temperature);
    return spec;
  } catch (const nlohmann::json::exception& error) {
    throw Error(Exit::bad_data, "{}: model document cannot be read: {}", name, error.what());
  }
}

nlohmann::json to_json(const ModelSpec& spec, const nlohmann::json& labels,
                       const std::optional<std::string>& label_source) {
  nlohmann::json meta = {
      {"v", 1},
      {"arch", to_json(spec.net)},
      {"pre", {{"options", to_json(spec.preprocess)}, {"hash", preprocess_hash(spec.preprocess)}}},
      {"labels", labels},
      {"label_source", nullptr},
      {"thresholds", {{"mask", spec.mask_threshold}, {"class", spec.class_threshold}}},
      {"temperature", spec.temperature}};
  if (label_source) meta["label_source"] = *label_source;
  return meta;
}

}  // namespace tn
