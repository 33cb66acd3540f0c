#include "libcore/data/select.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"

namespace tn {
namespace {

std::string text_of(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

bool equals(const Record& record, const Condition& condition) {
  const auto value = record.at(condition.key);
  if (!value) return condition.value == "null";
  if (text_of(*value) == condition.value) return true;
  if (!value->is_number()) return false;
  const auto raw = record.raw(condition.key);  // 0.10 as it stands in the line, and any other way to write it
  return raw == condition.value || parse_double(condition.value) == value->get<double>();
}

}  // namespace

std::optional<std::string> value_text(const Record& record, const std::string& key) {
  const auto raw = record.raw(key);
  if (raw && raw->front() == '"') return record.text(key);
  const auto value = record.at(key);
  if (!value) return std::nullopt;
  return text_of(*value);
}

Condition parse_condition(const std::string& text) {
  const std::size_t sign = text.find('=');
  const bool negated = sign != std::string::npos && sign > 0 && text[sign - 1] == '!';
  const std::size_t key_end = negated ? sign - 1 : sign;
  if (sign == std::string::npos || key_end == 0)
    throw Error(Exit::usage, "--select: '{}' is neither KEY=VALUE nor KEY!=VALUE", printable(text));
  return {text.substr(0, key_end), text.substr(sign + 1), !negated};
}

void check(const Selection& selection) {
  if (selection.limit && *selection.limit < 0)
    throw Error(Exit::usage, "--limit: {} records cannot be taken", *selection.limit);
}

std::vector<Record> selected(std::vector<Record> records, const Selection& selection) {
  std::erase_if(records, [&](const Record& record) { return !chosen(record, selection); });
  if (selection.limit && records.size() > static_cast<std::size_t>(*selection.limit))
    records.erase(records.begin() + *selection.limit, records.end());
  return records;
}

bool Selector::take(const Record& record) {
  const bool taken = chosen(record, selection_);
  if (taken) ++taken_;
  return taken;
}

void KeyWatch::note(const Record& record) {
  any_record_ = true;
  std::erase_if(absent_, [&](const std::string& key) { return record.has_at(key); });
}

std::vector<std::string> KeyWatch::absent() const {
  return any_record_ ? absent_ : std::vector<std::string>();
}

std::vector<std::string> watched_keys(const std::vector<Condition>& conditions) {
  std::vector<std::string> keys;
  for (const Condition& condition : conditions)
    if (!(condition.equal && condition.value == "null") &&
        std::ranges::find(keys, condition.key) == keys.end())
      keys.push_back(condition.key);
  return keys;
}

bool chosen(const Record& record, const Selection& selection) {
  const bool chosen = matches(record, selection.conditions);
  if (selection.watch != nullptr) {
    selection.watch->note(record);
    if (chosen) selection.watch->note_chosen();
  }
  return chosen;
}

bool matches(const Record& record, const std::vector<Condition>& conditions) {
  return std::all_of(conditions.begin(), conditions.end(), [&](const Condition& condition) {
    return equals(record, condition) == condition.equal;
  });
}

}  // namespace tn
