// A model file's header: what stands in a safetensors file besides the numbers. No LibTorch needed.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace tn {

enum class TensorType { f32, f16, bf16, f64, i64, i32, u8 };

struct TensorEntry {
  std::string name;
  TensorType type = TensorType::f32;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0;  // byte offsets in the data part
  std::uint64_t end = 0;
};

std::size_t byte_size(TensorType type);
const char* type_name(TensorType type);  // as safetensors spells it: "F32", "BF16", ...

// The index of a safetensors file. `meta` is the JSON document in __metadata__.tn, null where there is none.
// NOLINTNEXTLINE(bugprone-exception-escape): moving a json value cannot throw, but says so in an assertion
// only
struct ModelIndex {
  std::vector<TensorEntry> tensors;  // in order of offset
  nlohmann::json meta;
  std::uint64_t data_begin = 0;  // file offset of the data part
  std::uint64_t data_size = 0;
};

// Reads and checks the header before a byte of data is touched: length, JSON, types, shapes, sizes, offsets
// in bounds, contiguous and without overlap, names unique. Throws Error(no_input | bad_data) "FILE: reason".
ModelIndex read_model_index(const std::string& path);

// Header bytes (length word included, padded to 8) for tensors laid out one after another in the order given;
// fills in their offsets.
std::string model_header(std::vector<TensorEntry>& tensors, const nlohmann::json& meta);

}  // namespace tn
