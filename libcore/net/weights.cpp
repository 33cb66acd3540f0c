#include "libcore/net/weights.hpp"

#include <ATen/ops/empty.h>
#include <fmt/ranges.h>
#include <torch/utils.h>

#include <algorithm>
#include <bit>
#include <fstream>
#include <map>
#include <set>

#include "libcore/base/error.hpp"
#include "libcore/data/model_file.hpp"

namespace tn {

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");

namespace {

at::ScalarType to_torch(TensorType type) {
  switch (type) {
    case TensorType::f32:
      return at::kFloat;
    case TensorType::f16:
      return at::kHalf;
    case TensorType::bf16:
      return at::kBFloat16;
    case TensorType::f64:
      return at::kDouble;
    case TensorType::i64:
      return at::kLong;
    case TensorType::i32:
      return at::kInt;
    case TensorType::u8:
      return at::kByte;
  }
  throw Error(Exit::internal, "unknown tensor type");
}

TensorType from_torch(const std::string& name, at::ScalarType type) {
  for (const TensorType known : {TensorType::f32, TensorType::f16, TensorType::bf16, TensorType::f64,
                                 TensorType::i64, TensorType::i32, TensorType::u8})
    if (to_torch(known) == type) return known;
  throw Error(Exit::internal, "tensor {}: type {} cannot be written", name, at::toString(type));
}

std::string kind_text(const std::string& name, const at::Tensor& tensor) {
  return fmt::format("{} [{}]", type_name(from_torch(name, tensor.scalar_type())),
                     fmt::join(tensor.sizes(), ","));
}

// Wide types first, so that every tensor is aligned; by name within a width.
NamedTensors in_file_order(NamedTensors tensors) {
  std::sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) {
    const auto width_a = a.second.element_size(), width_b = b.second.element_size();
    return width_a != width_b ? width_a > width_b : a.first < b.first;
  });
  return tensors;
}

std::string_view bytes_of(const at::Tensor& contiguous) {
  return {static_cast<const char*>(contiguous.const_data_ptr()), contiguous.nbytes()};
}

// Throws unless the tensors are exactly those of the module, each with its shape and type.
void check_state(const std::map<std::string, at::Tensor>& wanted, const NamedTensors& given,
                 const std::string& source) {
  std::set<std::string> seen;
  for (const auto& [name, tensor] : given) {
    const auto place = wanted.find(name);
    if (place == wanted.end())
      throw Error(Exit::bad_data, "{}: tensor {} is not of this network", source, name);
    const std::string expected = kind_text(name, place->second), found = kind_text(name, tensor);
    if (found != expected)
      throw Error(Exit::bad_data, "{}: tensor {} is {}, expected {}", source, name, found, expected);
    if (!seen.insert(name).second) throw Error(Exit::bad_data, "{}: tensor {} is there twice", source, name);
  }
  for (const auto& [name, tensor] : wanted)
    if (!seen.contains(name)) throw Error(Exit::bad_data, "{}: tensor {} is missing", source, name);
}

}  // namespace

NamedTensors named_state(const torch::nn::Module& module) {
  std::map<std::string, at::Tensor> sorted;
  for (const auto& item : module.named_parameters()) sorted.emplace(item.key(), item.value());
  for (const auto& item : module.named_buffers()) sorted.emplace(item.key(), item.value());
  return {sorted.begin(), sorted.end()};
}

void save_safetensors(const std::string& path, const NamedTensors& tensors, const nlohmann::json& meta,
                      bool force, Durability durability) {
  const NamedTensors ordered = in_file_order(tensors);
  std::vector<TensorEntry> entries;
  for (const auto& [name, tensor] : ordered)
    entries.push_back({name, from_torch(name, tensor.scalar_type()), tensor.sizes().vec()});
  WholeFile file(path, force);
  file.write(model_header(entries, meta));
  for (const auto& [name, tensor] : ordered)
    file.write(bytes_of(tensor.detach().cpu().contiguous(at::MemoryFormat::Contiguous)));
  file.commit(durability);
}

NamedTensors load_safetensors(const std::string& path) {
  const ModelIndex index = read_model_index(path);
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(Exit::no_input, "{}: cannot be opened", path);
  file.seekg(static_cast<std::streamoff>(index.data_begin));
  NamedTensors tensors;
  for (const TensorEntry& entry : index.tensors) {
    const at::Tensor tensor = at::empty(entry.shape, to_torch(entry.type));
    file.read(static_cast<char*>(tensor.mutable_data_ptr()), static_cast<std::streamsize>(tensor.nbytes()));
    if (!file) throw Error(Exit::io, "{}: tensor {} cannot be read", path, entry.name);
    tensors.emplace_back(entry.name, tensor);
  }
  return tensors;
}

void load_safetensors_into(torch::nn::Module& module, const std::string& path) {
  load_state(module, load_safetensors(path), path);
}

void load_state(torch::nn::Module& module, const NamedTensors& tensors, const std::string& source) {
  const NamedTensors state = named_state(module);
  const std::map<std::string, at::Tensor> places(state.begin(), state.end());
  check_state(places, tensors, source);
  const torch::NoGradGuard no_gradients;
  for (const auto& [name, tensor] : tensors) at::Tensor(places.at(name)).copy_(tensor);
}

}  // namespace tn
