// The pieces of a Markdown table.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tn {

inline constexpr const char* kNoNumber = "–";

std::string markdown_number(const std::optional<double>& value);  // three decimals, or a dash
std::string markdown_cell(std::string_view text);                 // any text as it may stand in a cell
std::string markdown_row(const std::vector<std::string>& cells);

// A line feed, the titles and the rule below them; `sides` has a letter a column: l or r.
std::string markdown_head(const std::vector<std::string>& titles, std::string_view sides);

}  // namespace tn
