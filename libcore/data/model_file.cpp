#include "libcore/data/model_file.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <set>
#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"
#include "libcore/data/record.hpp"

namespace tn {
namespace {

using nlohmann::json;

constexpr std::size_t kLengthBytes = 8;            // the header's length, little-endian
constexpr std::uint64_t kHeaderCap = 100'000'000;  // bytes, as in the reference implementation
constexpr std::uint64_t kTooMany = std::numeric_limits<std::int64_t>::max();

struct TypeRow {
  TensorType type;
  const char* name;
  std::size_t bytes;
};
constexpr std::array kTypes{TypeRow{TensorType::f32, "F32", 4},   TypeRow{TensorType::f16, "F16", 2},
                            TypeRow{TensorType::bf16, "BF16", 2}, TypeRow{TensorType::f64, "F64", 8},
                            TypeRow{TensorType::i64, "I64", 8},   TypeRow{TensorType::i32, "I32", 4},
                            TypeRow{TensorType::u8, "U8", 1}};

const TypeRow& row(TensorType type) {
  return *std::find_if(kTypes.begin(), kTypes.end(), [&](const TypeRow& one) { return one.type == type; });
}

// The header's text and how many bytes follow it.
struct RawHeader {
  std::string text;
  std::uint64_t data_size = 0;
};

RawHeader read_header(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), &std::fclose);
  if (!file) throw Error(Exit::no_input, "{}: {}", path, std::strerror(errno));
  struct stat info {};
  if (::fstat(::fileno(file.get()), &info) != 0 || !S_ISREG(info.st_mode))
    throw Error(Exit::no_input, "{}: not a regular file", path);
  const auto size = static_cast<std::uint64_t>(info.st_size);
  std::array<unsigned char, kLengthBytes> word{};
  if (size < kLengthBytes)
    throw Error(Exit::bad_data, "{}: too short for a safetensors file ({} bytes)", path, size);
  if (std::fread(word.data(), 1, word.size(), file.get()) != word.size())
    throw Error(Exit::io, "{}: {}", path, std::strerror(errno));
  std::uint64_t length = 0;
  for (std::size_t i = kLengthBytes; i-- > 0;) length = length << 8 | word[i];
  if (length > kHeaderCap)
    throw Error(Exit::bad_data, "{}: not a safetensors file: a header of {} bytes", path, length);
  if (length > size - kLengthBytes)
    throw Error(Exit::bad_data, "{}: cut off: a header of {} bytes in a file of {}", path, length, size);
  RawHeader header{std::string(length, '\0'), size - kLengthBytes - length};
  if (std::fread(header.text.data(), 1, length, file.get()) != length)
    throw Error(Exit::io, "{}: {}", path, std::strerror(errno));
  return header;
}

std::uint64_t whole_number(const json& value, const std::string& where, const char* what) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > kTooMany)
    throw Error(Exit::bad_data, "{}: {} {} is not a size", where, what, printable(value.dump(), 40));
  return value.get<std::uint64_t>();
}

TensorType type_of(const json& value, const std::string& where) {
  for (const TypeRow& one : kTypes)
    if (value == one.name) return one.type;
  throw Error(Exit::bad_data, "{}: type {} is not known", where, printable(value.dump(), 40));
}

// Bytes of a tensor. Throws when they do not fit into 63 bits.
std::uint64_t tensor_bytes(const TensorEntry& tensor, const std::string& where) {
  std::uint64_t bytes = byte_size(tensor.type);
  for (const std::int64_t extent : tensor.shape)
    if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(extent), &bytes) || bytes > kTooMany)
      throw Error(Exit::bad_data, "{}: its shape overflows", where);
  return bytes;
}

TensorEntry tensor_entry(std::string name, std::string_view raw, const std::string& path) {
  const std::string where = fmt::format("{}: tensor '{}'", path, printable(name, 120));
  const json value = json::parse(raw);
  if (!value.is_object() || !value.contains("dtype") || !value.contains("shape") ||
      !value.contains("data_offsets"))
    throw Error(Exit::bad_data, "{}: without dtype, shape or data_offsets", where);
  TensorEntry tensor;
  tensor.name = std::move(name);
  tensor.type = type_of(value["dtype"], where);
  if (!value["shape"].is_array()) throw Error(Exit::bad_data, "{}: its shape is not a list", where);
  for (const json& extent : value["shape"])
    tensor.shape.push_back(static_cast<std::int64_t>(whole_number(extent, where, "extent")));
  const json& offsets = value["data_offsets"];
  if (!offsets.is_array() || offsets.size() != 2)
    throw Error(Exit::bad_data, "{}: data_offsets are not two numbers", where);
  tensor.begin = whole_number(offsets[0], where, "offset");
  tensor.end = whole_number(offsets[1], where, "offset");
  if (tensor.end < tensor.begin) throw Error(Exit::bad_data, "{}: it ends before it begins", where);
  const std::uint64_t bytes = tensor_bytes(tensor, where);
  if (tensor.end - tensor.begin != bytes)
    throw Error(Exit::bad_data, "{}: its offsets span {} bytes, its shape and type need {}", where,
                tensor.end - tensor.begin, bytes);
  return tensor;
}

// The document in __metadata__.tn, null where there is none.
json metadata(std::string_view raw, const std::string& path) {
  const Record pairs = Record::parse_object(std::string(raw), path + ": __metadata__");
  const json values = json::parse(raw);
  for (const auto& [key, value] : values.items())
    if (!value.is_string())
      throw Error(Exit::bad_data, "{}: __metadata__: '{}' is not text", path, printable(key, 120));
  const auto text = pairs.text("tn");
  if (!text) return nullptr;
  return json::parse(Record::parse_object(*text, path + ": __metadata__.tn").line());
}

// Tensors in order of offset, without holes and overlaps, that fill the data part.
void check_layout(const ModelIndex& index, const std::string& path) {
  std::uint64_t at = 0;
  for (const TensorEntry& tensor : index.tensors) {
    const std::string where = fmt::format("{}: tensor '{}'", path, printable(tensor.name, 120));
    if (tensor.end > index.data_size)
      throw Error(Exit::bad_data, "{}: it ends at byte {} of {} (is the file cut off?)", where, tensor.end,
                  index.data_size);
    if (tensor.begin < at) throw Error(Exit::bad_data, "{}: it overlaps the one before it", where);
    if (tensor.begin > at)
      throw Error(Exit::bad_data, "{}: {} bytes before it belong to no tensor", where, tensor.begin - at);
    at = tensor.end;
  }
  if (at != index.data_size)
    throw Error(Exit::bad_data, "{}: {} bytes after the last tensor", path, index.data_size - at);
}

}  // namespace

std::size_t byte_size(TensorType type) {
  return row(type).bytes;
}

const char* type_name(TensorType type) {
  return row(type).name;
}

ModelIndex read_model_index(const std::string& path) {
  const RawHeader header = read_header(path);
  if (!header.text.starts_with('{')) throw Error(Exit::bad_data, "{}: not a safetensors file", path);
  const Record entries = Record::parse_object(header.text, path + ": header");
  ModelIndex index;
  index.data_begin = kLengthBytes + header.text.size();
  index.data_size = header.data_size;
  const std::vector<std::string> names = entries.keys();
  const std::vector<MemberSpan> spans = member_spans(header.text);
  for (std::size_t i = 0; i < spans.size(); ++i) {
    const std::string& name = names[i];
    const auto raw =
        std::string_view(header.text).substr(spans[i].value, spans[i].value_end - spans[i].value);
    if (name == "__metadata__")
      index.meta = metadata(raw, path);
    else
      index.tensors.push_back(tensor_entry(name, raw, path));
  }
  std::stable_sort(index.tensors.begin(), index.tensors.end(),
                   [](const TensorEntry& a, const TensorEntry& b) {
                     return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
                   });
  check_layout(index, path);
  return index;
}

std::string model_header(std::vector<TensorEntry>& tensors, const json& meta) {
  std::set<std::string_view> names{"__metadata__"};
  std::string text = "{";
  if (!meta.is_null()) text += R"("__metadata__":{"tn":)" + json_quoted(meta.dump()) + "}";
  std::uint64_t at = 0;
  for (TensorEntry& tensor : tensors) {
    if (!names.insert(tensor.name).second)
      throw Error(Exit::internal, "two tensors are named '{}'", tensor.name);
    tensor.begin = at;
    at += tensor_bytes(tensor, tensor.name);
    tensor.end = at;
    if (text.size() > 1) text += ",";
    text += fmt::format(R"({}:{{"dtype":"{}","shape":{},"data_offsets":[{},{}]}})", json_quoted(tensor.name),
                        type_name(tensor.type), json(tensor.shape).dump(), tensor.begin, tensor.end);
  }
  text += "}";
  text.append((8 - text.size() % 8) % 8, ' ');
  std::string word;
  for (std::size_t i = 0; i < kLengthBytes; ++i) word += static_cast<char>(text.size() >> (8 * i) & 0xFF);
  return word + text;
}

}  // namespace tn
