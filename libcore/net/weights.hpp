// Weights on disk: safetensors files with the names of METHOD 1 (tn-model(5)).
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "libcore/base/file.hpp"

namespace tn {

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

// The module's parameters and buffers, in order of name. The tensors share the module's memory.
NamedTensors named_state(const torch::nn::Module& module);

// Writes the tensors, little-endian and contiguous in the order of their dimensions whatever their memory
// format, and the document `meta` under the metadata key "tn" (null: none). Equal values give equal bytes.
// Throws Error(cannot_create | io).
void save_safetensors(const std::string& path, const NamedTensors& tensors, const nlohmann::json& meta,
                      bool force, Durability durability);

// Every tensor of the file, in the order of the file, on the CPU, owning its memory.
// Throws Error(no_input | bad_data | io).
NamedTensors load_safetensors(const std::string& path);

// Fills the module's parameters and buffers, which keep device and memory format. The file must hold exactly
// the module's names, each with its shape and type; else nothing is changed and Error(bad_data) names file
// and tensor. Throws as load_safetensors() besides.
void load_safetensors_into(torch::nn::Module& module, const std::string& path);

// The same from tensors in memory; `source` stands in messages for the file.
void load_state(torch::nn::Module& module, const NamedTensors& tensors, const std::string& source);

}  // namespace tn
