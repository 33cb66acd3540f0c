// What a model file says of itself, as values: the document of tn-model(5) read and written.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "libcore/image/preprocess.hpp"
#include "libcore/net/options.hpp"

namespace tn {

struct ModelSpec {
  NetOptions net;
  PreprocessOptions preprocess;
  double mask_threshold = 0.5;   // of the probability of a pixel
  double class_threshold = 0.5;  // of the probability of malignancy
  double temperature = 1;        // class logits are divided by it
};

// Throws Error(bad_data) "NAME: is a checkpoint..." where the document of a safetensors file, or null, says
// so.
void expect_no_checkpoint(const nlohmann::json& meta, const std::string& name);

// Throws Error(bad_data) "NAME: reason", also where the document's hash is not that of its preprocessing.
ModelSpec model_spec_from_json(const nlohmann::json& meta, const std::string& name);

// The document without "training", which the trainer adds.
nlohmann::json to_json(const ModelSpec& spec, const nlohmann::json& labels,
                       const std::optional<std::string>& label_source);

}  // namespace tn
