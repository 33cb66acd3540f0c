#include <fmt/format.h>

#include <algorithm>

#include "libcore/eval/joint_table.hpp"
#include "libcore/eval/markdown.hpp"

namespace tn {
namespace {

std::string number(const TableCell& cell, std::int64_t digits) {
  return fmt::format("{:.{}f}", *cell.value, digits);
}

std::string range(const TableCell& cell, std::int64_t digits, const char* dash) {
  if (!cell.low) return "";
  return fmt::format(" ({:.{}f}{}{:.{}f})", *cell.low, digits, dash, *cell.high, digits);
}

// What stands for a character that TeX takes for a command, or that its default fonts have in another's
// place.
std::string latex(char c) {
  switch (c) {
    case '\\':
      return "\\textbackslash{}";
    case '~':
      return "\\textasciitilde{}";
    case '^':
      return "\\textasciicircum{}";
    case '<':
      return "\\textless{}";
    case '>':
      return "\\textgreater{}";
    case '|':
      return "\\textbar{}";
    case '[':  // after the end of a row it would begin an option of that
    case '*':
      return fmt::format("{{{}}}", c);
    default:
      break;
  }
  if (std::string_view("{}$&#%_").find(c) != std::string_view::npos) return fmt::format("\\{}", c);
  return {static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? ' ' : c};
}

// Whether TeX's fonts make one sign of the two: dashes, quotes, and ¿ and ¡.
bool is_ligature(char first, char second) {
  if (second == '`') return first == '`' || first == '?' || first == '!';
  return (second == '-' || second == '\'') && first == second;
}

std::string latex(std::string_view text) {
  std::string safe;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i > 0 && is_ligature(text[i - 1], text[i])) safe += "{}";
    safe += latex(text[i]);
  }
  return safe;
}

// A comment ends with its line.
std::string latex_comment(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return "% " + text + "\n";
}

}  // namespace

std::string table_markdown(const JointTable& table) {
  std::vector<std::string> titles{"Run"};
  for (const TableColumn& column : table.columns)
    titles.push_back(column.title + (column.better > 0 ? " ↑" : column.better < 0 ? " ↓" : ""));
  std::string text =
      markdown_head(titles, "l" + std::string(table.columns.size(), 'r')).substr(1);  // begins the output
  for (const TableRow& row : table.rows) {
    std::vector<std::string> cells{markdown_cell(row.name)};
    for (const TableCell& cell : row.cells) {
      if (!cell.value) {
        cells.emplace_back(kNoNumber);
        continue;
      }
      const std::string value = number(cell, table.digits);
      cells.push_back((cell.best ? "**" + value + "**" : value) + range(cell, table.digits, "–"));
    }
    text += markdown_row(cells);
  }
  for (const std::string& note : table.notes) text += "\n" + markdown_cell(note) + "\n";
  return text;
}

std::string table_latex(const JointTable& table) {
  std::string text =
      fmt::format("\\begin{{tabular}}{{l{}}}\n\\toprule\nRun", std::string(table.columns.size(), 'r'));
  for (const TableColumn& column : table.columns)
    text += " & " + latex(column.title) +
            (column.better > 0   ? " $\\uparrow$"
             : column.better < 0 ? " $\\downarrow$"
                                 : "");
  text += " \\\\\n\\midrule\n";
  for (const TableRow& row : table.rows) {
    text += latex(row.name);
    for (const TableCell& cell : row.cells) {
      const std::string value = cell.value ? number(cell, table.digits) : "--";
      text += " & " + (cell.best ? "\\textbf{" + value + "}" : value) + range(cell, table.digits, "--");
    }
    text += " \\\\\n";
  }
  text += "\\bottomrule\n\\end{tabular}\n";
  for (const std::string& note : table.notes) text += latex_comment(note);
  return text;
}

}  // namespace tn
