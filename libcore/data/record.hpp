// One line of a manifest: an object whose unknown keys and values pass through byte for byte.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libcore/data/json_text.hpp"

namespace tn {

// Owns the line; keys are found by position, values are parsed when asked for. Changing a key keeps every
// other byte; a new key is appended. Errors name the record by id. A key looked up is a decoded one, without
// escapes.
class Record {
 public:
  Record() : line_("{}") {}

  // Throws Error(bad_data) "PLACE: reason": not an object, not valid JSON or UTF-8, a key twice, nested
  // deeper than 64, no usable id. PLACE is "file:line". An id must be a relative file name without "..": see
  // tn-manifest(5).
  static Record parse(std::string line, const std::string& place);

  // Any object, without the demand for an id: a header, an end record, a line of a log.
  static Record parse_object(std::string line, const std::string& place);

  // Throws Error(bad_data) "PLACE: reason" if the id is missing, no text, or no relative file name.
  void require_id(const std::string& place) const;

  // A record made here, with `id` alone. Throws Error(bad_data) for an id that cannot be a relative file
  // name.
  static Record of(std::string_view id);

  const std::string& line() const { return line_; }  // as it is written: no line end
  std::string id() const;

  std::vector<std::string> keys() const;                            // in order
  bool has(std::string_view key) const;                             // present, null included
  std::optional<std::string_view> raw(std::string_view key) const;  // the value's own bytes
  bool is_null(std::string_view key) const;                         // absent or null

  // Nothing if absent or null. Throw Error(bad_data) if the value has another type.
  std::optional<std::string> text(std::string_view key) const;
  std::optional<double> number(std::string_view key) const;
  std::optional<nlohmann::json> json(std::string_view key) const;

  // A dotted path below the record ("pre.geometry.scale"); a key that holds the whole path itself is
  // preferred.
  std::optional<nlohmann::json> at(std::string_view path) const;
  bool has_at(std::string_view path) const;  // present, null included

  void set_raw(std::string_view key, std::string_view value);  // value: valid JSON text on one line
  void set(std::string_view key, std::string_view text);
  void set(std::string_view key, const char* text) { set(key, std::string_view(text)); }
  void set(std::string_view key, double number);  // not finite: null
  void set(std::string_view key, std::int64_t number);
  void set_json(std::string_view key, const nlohmann::json& value);
  void erase(std::string_view key);

  // An error record keeps its other keys, so that the report can count it (INTERFACES 4.6).
  bool failed() const;  // "status" is "error"
  void fail(std::string_view stage, std::string_view code, std::string_view message);
  std::string failure_line() const;  // of an error record, for people: "ID: reason", the id once

  friend bool operator==(const Record&, const Record&) = default;

 private:
  const MemberSpan* find(std::string_view key) const;
  void replace(std::size_t first, std::size_t last, std::string_view with);

  std::string line_;
  std::vector<MemberSpan> members_;  // spans in line_
};

// Throws Error(bad_data): an id that is empty, absolute, not UTF-8, holds "..", an empty or "." part, or a
// control character, or is over 1024 bytes, 200 a part. `place` stands before the reason.
void check_id(std::string_view id, const std::string& place);

}  // namespace tn
