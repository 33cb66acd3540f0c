#include "libcore/eval/markdown.hpp"

#include <fmt/format.h>

namespace tn {

std::string markdown_number(const std::optional<double>& value) {
  return value ? fmt::format("{:.3f}", *value) : kNoNumber;
}

std::string markdown_cell(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '|' || c == '\\' || c == '*' || c == '_' || c == '`') safe += '\\';
    if (c == '<')
      safe += "&lt;";
    else
      safe += c == '\n' || c == '\r' ? ' ' : c;
  }
  return safe;
}

std::string markdown_row(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& one : cells) line += " " + one + " |";
  return line + "\n";
}

std::string markdown_head(const std::vector<std::string>& titles, std::string_view sides) {
  std::string rule = "|";
  for (const char side : sides) rule += side == 'l' ? " --- |" : " ---: |";
  return "\n" + markdown_row(titles) + rule + "\n";
}

}  // namespace tn
