// JSON text without a tree: validation, and the spans of an object's members.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tn {

constexpr int kNestingCap = 64;  // objects and arrays inside each other, the outermost included

// Throws Error(bad_data) "PLACE: reason" unless the text is one JSON value in UTF-8, nested at most 64 deep.
void check_json(std::string_view text, const std::string& place);

// Byte positions of one member in the text of an object.
struct MemberSpan {
  std::uint32_t key, key_end;      // the key without its quotes, escapes as they stand
  std::uint32_t value, value_end;  // the value without the space around it
  friend bool operator==(const MemberSpan&, const MemberSpan&) = default;
};

// The members of an object, in order. The text has passed check_json; nothing is returned for another value.
std::vector<MemberSpan> member_spans(std::string_view object);

// A JSON string with its quotes. Throws Error(bad_data) if the text is not UTF-8.
std::string json_quoted(std::string_view text);

// What stands between the quotes of a valid JSON string, escapes resolved.
std::string json_unquoted(std::string_view inner);

}  // namespace tn
