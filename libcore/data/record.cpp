#include "libcore/data/record.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"

namespace tn {
namespace {

constexpr std::size_t kIdCap = 1024;     // bytes
constexpr std::size_t kIdPartCap = 200;  // a file system takes 255, and outputs are named ID.png and more

// Why the text cannot be a relative file name, or nothing.
std::optional<std::string> id_fault(std::string_view id) {
  if (id.empty()) return "is empty";
  if (id.size() > kIdCap) return fmt::format("is longer than {} bytes", kIdCap);
  if (!is_utf8(id)) return "is not UTF-8";
  if (id.front() == '/') return "is an absolute path";
  for (const char c : id)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return "holds a control character";
  for (const std::string_view part : split_text(id, '/')) {
    if (part == "..") return "leads out of its folder by '..'";
    if (part.empty()) return "has an empty part between slashes";
    if (part == ".") return "has a part '.'";
    if (part.size() > kIdPartCap) return fmt::format("has a part longer than {} bytes", kIdPartCap);
  }
  return std::nullopt;
}

// The value below `value` at a dotted path; a key that holds the whole rest itself comes first.
const nlohmann::json* descend(const nlohmann::json& value, std::string_view path) {
  if (!value.is_object()) return nullptr;
  if (const auto found = value.find(path); found != value.end()) return &*found;
  for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1)) {
    const auto found = value.find(path.substr(0, dot));
    if (found == value.end()) continue;
    if (const auto* deeper = descend(*found, path.substr(dot + 1))) return deeper;
  }
  return nullptr;
}

}  // namespace

void check_id(std::string_view id, const std::string& place) {
  if (const auto fault = id_fault(id))
    throw Error(Exit::bad_data, "{}: id '{}' {}", place, printable(id, 80), *fault);
}

Record Record::parse_object(std::string line, const std::string& place) {
  check_json(line, place);
  Record record;
  record.line_ = std::move(line);
  record.members_ = member_spans(record.line_);
  if (!trim(record.line_).starts_with('{'))
    throw Error(Exit::bad_data, "{}: a JSON value, but not an object", place);
  std::vector<std::string> keys = record.keys();
  std::sort(keys.begin(), keys.end());
  if (const auto twice = std::adjacent_find(keys.begin(), keys.end()); twice != keys.end())
    throw Error(Exit::bad_data, "{}: key '{}' occurs twice", place, printable(*twice));
  return record;
}

Record Record::parse(std::string line, const std::string& place) {
  Record record = parse_object(std::move(line), place);
  record.require_id(place);
  return record;
}

void Record::require_id(const std::string& place) const {
  const auto value = raw("id");
  if (!value) throw Error(Exit::bad_data, "{}: no id", place);
  if (value->front() != '"')
    throw Error(Exit::bad_data, "{}: id {} is not text", place, printable(*value, 80));
  check_id(id(), place);
}

Record Record::of(std::string_view id) {
  check_id(id, printable(id, 80));
  Record record;
  record.set("id", id);
  return record;
}

std::string Record::id() const {
  const MemberSpan* member = find("id");
  if (member == nullptr || line_[member->value] != '"') return {};
  return json_unquoted(
      std::string_view(line_).substr(member->value + 1, member->value_end - member->value - 2));
}

std::vector<std::string> Record::keys() const {
  std::vector<std::string> keys;
  keys.reserve(members_.size());
  for (const MemberSpan& member : members_)
    keys.push_back(json_unquoted(std::string_view(line_).substr(member.key, member.key_end - member.key)));
  return keys;
}

const MemberSpan* Record::find(std::string_view key) const {
  const std::string_view line(line_);
  for (const MemberSpan& member : members_) {
    const std::string_view inner = line.substr(member.key, member.key_end - member.key);
    const bool escaped = inner.find('\\') != std::string_view::npos;
    if (escaped ? json_unquoted(inner) == key : inner == key) return &member;
  }
  return nullptr;
}

bool Record::has(std::string_view key) const {
  return find(key) != nullptr;
}

std::optional<std::string_view> Record::raw(std::string_view key) const {
  const MemberSpan* member = find(key);
  if (member == nullptr) return std::nullopt;
  return std::string_view(line_).substr(member->value, member->value_end - member->value);
}

bool Record::is_null(std::string_view key) const {
  const auto value = raw(key);
  return !value || *value == "null";
}

std::optional<std::string> Record::text(std::string_view key) const {
  if (is_null(key)) return std::nullopt;
  const std::string_view value = *raw(key);
  if (value.front() != '"') throw Error(Exit::bad_data, "{}: '{}' is not text", id(), key);
  return json_unquoted(value.substr(1, value.size() - 2));
}

std::optional<double> Record::number(std::string_view key) const {
  if (is_null(key)) return std::nullopt;
  const auto value = nlohmann::json::parse(*raw(key));
  if (!value.is_number()) throw Error(Exit::bad_data, "{}: '{}' is not a number", id(), key);
  return value.get<double>();
}

std::optional<nlohmann::json> Record::json(std::string_view key) const {
  if (is_null(key)) return std::nullopt;
  return nlohmann::json::parse(*raw(key));
}

std::optional<nlohmann::json> Record::at(std::string_view path) const {
  if (has(path)) return json(path);
  for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1)) {
    const auto top = json(path.substr(0, dot));
    if (!top) continue;
    const nlohmann::json* found = descend(*top, path.substr(dot + 1));
    if (found != nullptr) return found->is_null() ? std::nullopt : std::optional(*found);
  }
  return std::nullopt;
}

bool Record::has_at(std::string_view path) const {
  if (has(path)) return true;
  for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1)) {
    const auto top = json(path.substr(0, dot));
    if (top && descend(*top, path.substr(dot + 1)) != nullptr) return true;
  }
  return false;
}

void Record::replace(std::size_t first, std::size_t last, std::string_view with) {
  line_.replace(first, last - first, with);
  members_ = member_spans(line_);
}

void Record::set_raw(std::string_view key, std::string_view value) {
  if (const MemberSpan* member = find(key)) return replace(member->value, member->value_end, value);
  const std::string added = fmt::format("{}{}:{}", members_.empty() ? "" : ",", json_quoted(key), value);
  const std::size_t end = members_.empty() ? line_.find('{') + 1 : members_.back().value_end;
  replace(end, end, added);
}

void Record::set(std::string_view key, std::string_view text) {
  set_raw(key, json_quoted(text));
}

void Record::set(std::string_view key, double number) {
  set_raw(key, std::isfinite(number) ? shortest(number) : "null");
}

void Record::set(std::string_view key, std::int64_t number) {
  set_raw(key, std::to_string(number));
}

void Record::set_json(std::string_view key, const nlohmann::json& value) {
  set_raw(key, value.dump());
}

void Record::erase(std::string_view key) {
  const MemberSpan* member = find(key);
  if (member == nullptr) return;
  if (member + 1 != members_.data() + members_.size()) return replace(member->key - 1, member[1].key - 1, "");
  const std::size_t first = members_.size() == 1 ? member->key - 1 : member[-1].value_end;
  replace(first, member->value_end, "");
}

bool Record::failed() const {
  const auto status = raw("status");
  return status && status->front() == '"' && text("status") == "error";
}

void Record::fail(std::string_view stage, std::string_view code, std::string_view message) {
  set("status", "error");
  set_raw("error", fmt::format(R"({{"stage":{},"code":{},"msg":{}}})", json_quoted(stage), json_quoted(code),
                               json_quoted(printable(message, 2000))));
}

std::string Record::failure_line() const {
  const auto message = at("error.msg");
  const std::string reason = message && message->is_string() ? message->get<std::string>() : "failed";
  const std::string name = id() + ": ";
  return reason.starts_with(name) ? reason : name + reason;
}

}  // namespace tn
