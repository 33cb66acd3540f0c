#include "libcore/cli/quoting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string_view>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"

namespace tn {

std::string shell_quoted(const std::string& word) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("_-./,:=@%+").find(c) != std::string_view::npos;
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), plain)) return word;
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'')
      quoted += "'\\''";
    else
      quoted += c;
  }
  return quoted + "'";
}

std::string ini_quoted(const std::string& value) {
  const auto plain = [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != '#' && c != '\x7f'; };
  if (!value.empty() && std::all_of(value.begin(), value.end(), plain) && trim(value) == value &&
      value.front() != '"')
    return value;
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\')
      quoted += {'\\', c};
    else if (plain(c))
      quoted += c;
    else
      quoted += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
  }
  return quoted + '"';
}

std::string ini_unquoted(const std::string& name, const std::string& value) {
  if (!value.starts_with('"')) return value;
  const auto fail = [&] {
    throw Error(Exit::usage, "--{}: {} is no text in quotes", name, printable(value));
  };
  if (value.size() < 2 || !value.ends_with('"')) fail();
  const std::string_view inner = std::string_view(value).substr(1, value.size() - 2);
  std::string text;
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if (inner[i] == '"') fail();
    if (inner[i] != '\\') {
      text += inner[i];
      continue;
    }
    const std::string_view rest = inner.substr(i + 1);
    unsigned code = 0;
    if (rest.starts_with('"') || rest.starts_with('\\')) {
      text += rest.front();
      i += 1;
    } else if (rest.starts_with("u00") && rest.size() >= 5 &&
               std::from_chars(rest.data() + 3, rest.data() + 5, code, 16).ptr == rest.data() + 5) {
      text += static_cast<char>(code);
      i += 5;
    } else {
      fail();
    }
  }
  return text;
}

}  // namespace tn
