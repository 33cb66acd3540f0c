#include "libcore/sets/tirads.hpp"

#include <algorithm>
#include <array>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"

namespace tn {
namespace {

constexpr std::array<std::string_view, 7> kCategories{"1", "2", "3", "4a", "4b", "4c", "5"};

// 0 to 6, or nothing.
std::optional<std::ptrdiff_t> rank_of(std::string_view category) {
  const auto found = std::find(kCategories.begin(), kCategories.end(), to_lower(trim(category)));
  if (found == kCategories.end()) return std::nullopt;
  return found - kCategories.begin();
}

}  // namespace

void check_tirads_cut(const std::string& cut) {
  if (rank_of(cut).value_or(0) == 0)
    throw Error(Exit::usage, "--tirads-cut: '{}' is none of 2, 3, 4a, 4b, 4c and 5", printable(cut, 80));
}

std::optional<std::string> label_by_tirads(std::string_view category, const std::string& cut) {
  const auto rank = rank_of(category);
  if (!rank) return std::nullopt;
  return *rank >= rank_of(cut).value() ? "malignant" : "benign";
}

}  // namespace tn
