#include <fmt/format.h>

#include "libcore/base/text.hpp"
#include "libcore/cli/flags.hpp"

namespace tn {
namespace {

constexpr std::size_t kHelpColumn = 30;
constexpr std::size_t kWidth = 100;

// Words of `text` from kHelpColumn to kWidth; the first line continues `line`.
std::string wrapped(std::string line, const std::string& text) {
  if (line.size() + 2 > kHelpColumn) {
    line += "\n" + std::string(kHelpColumn, ' ');
  } else {
    line.resize(kHelpColumn, ' ');
  }
  std::size_t column = kHelpColumn;
  bool first = true;
  for (const std::string_view word : split_text(text, ' ')) {
    if (!first && column + 1 + word.size() > kWidth) {
      line += "\n" + std::string(kHelpColumn, ' ');
      column = kHelpColumn;
      first = true;
    }
    if (!first) {
      line += ' ';
      ++column;
    }
    line += word;
    column += word.size();
    first = false;
  }
  return line + "\n";
}

}  // namespace

std::string Flags::help_text() const {
  std::string text = fmt::format("Usage: {} {}\n{}\n", about_.name, about_.synopsis, about_.summary);
  std::string section;
  for (const Flag& flag : rows_) {
    if (flag.section != section) {
      section = flag.section;
      text += fmt::format("\n{}:\n", section);
    }
    std::string left = flag.letter != 0 ? fmt::format("  -{}, --{}", flag.letter, flag.name)
                                        : fmt::format("      --{}", flag.name);
    if (!flag.implied.empty())
      left += fmt::format("[={}]", flag.placeholder);
    else if (!flag.placeholder.empty())
      left += " " + flag.placeholder;
    std::string right = flag.help;
    if (flag.repeats) right += " (may be given more than once)";
    if (flag.must) right += " (required)";
    if (!flag.placeholder.empty() && !flag.initial.empty())
      right += fmt::format(" (default: {})", flag.initial);
    if (!flag.variable.empty()) right += fmt::format(" [environment: {}]", flag.variable);
    text += wrapped(std::move(left), right);
  }
  return text;
}

}  // namespace tn
