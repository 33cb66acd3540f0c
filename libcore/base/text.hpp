// Small functions on text: splitting, UTF-8, numbers, the closest word.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tn {

std::vector<std::string_view> split_text(std::string_view text, char separator);  // "a,,b" -> a, "", b
std::string_view trim(std::string_view text);  // without spaces at both ends
std::string to_lower(std::string_view text);   // ASCII letters only

bool is_utf8(std::string_view bytes);

// The text as it may stand in a message: control characters and invalid bytes as \xNN, cut at `limit` bytes.
std::string printable(std::string_view text, std::size_t limit = 200);

// The whole text as a number, or nothing: no spaces, no rest, no overflow, no nan.
std::optional<std::int64_t> parse_int(std::string_view text);
std::optional<double> parse_double(std::string_view text);

// The candidate nearest by edit distance (swapped neighbours count once), or nothing if none is near enough.
std::optional<std::string> closest(std::string_view word, std::span<const std::string> candidates);

// "1 record", "2 records".
std::string counted(std::size_t count, std::string_view thing);

// The shortest decimal that reads back as the same number: 0.15, 1e-05.
std::string shortest(double value);

}  // namespace tn
