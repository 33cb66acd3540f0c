#include "libcore/plot/bounds.hpp"

#include <algorithm>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"
#include "libcore/plot/case_run.hpp"

namespace tn {

Bound parse_bound(const std::string& text) {
  const auto sign = text.find_first_of("<>");
  if (sign == std::string::npos || sign == 0)
    throw Error(Exit::usage, "--where: '{}' is not KEY<NUMBER, <=, > or >=", text);
  const bool equal = sign + 1 < text.size() && text[sign + 1] == '=';
  const auto value = parse_double(std::string_view(text).substr(sign + (equal ? 2 : 1)));
  if (!value) throw Error(Exit::usage, "--where: '{}' does not end in a number", text);
  return {text.substr(0, sign), *value, text[sign] == '<', equal};
}

std::vector<Bound> parse_bounds(const std::vector<std::string>& texts) {
  std::vector<Bound> bounds;
  bounds.reserve(texts.size());
  for (const std::string& text : texts) bounds.push_back(parse_bound(text));
  return bounds;
}

bool within(const Record& record, const std::vector<Bound>& bounds) {
  return std::ranges::all_of(bounds, [&](const Bound& bound) {
    const auto number = number_at(record, bound.key);
    if (!number) return false;
    if (*number == bound.value) return bound.equal;
    return (*number < bound.value) == bound.below;
  });
}

}  // namespace tn
