#include "libcore/eval/subgroups.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace tn {
namespace {

constexpr std::array<const char*, 4> kSizes{"small", "medium", "large", "none"};
constexpr std::size_t kNoSize = 3;

// Share of the image that is drawn; nothing for a case without a score or a drawn nodule.
std::optional<double> drawn_share(const CaseScore& one) {
  if (!one.counts || one.error) return std::nullopt;
  const Overlap& counts = *one.counts;
  if (counts.tp + counts.fn == 0) return std::nullopt;
  return static_cast<double>(counts.tp + counts.fn) /
         static_cast<double>(counts.tp + counts.fp + counts.fn + counts.tn);
}

// For each case its place in kSizes.
std::vector<std::size_t> size_thirds(std::span<const CaseScore> cases) {
  std::vector<double> shares;
  for (const CaseScore& one : cases)
    if (const auto share = drawn_share(one)) shares.push_back(*share);
  std::ranges::sort(shares);
  const auto cut = [&](std::size_t third) { return shares[(shares.size() * third + 2) / 3 - 1]; };
  std::vector<std::size_t> thirds;
  for (const CaseScore& one : cases) {
    const auto share = drawn_share(one);
    thirds.push_back(!share ? kNoSize : *share <= cut(1) ? 0 : *share <= cut(2) ? 1 : 2);
  }
  return thirds;
}

}  // namespace

std::vector<Subgroup> subgroups(std::span<const CaseScore> cases, const std::vector<std::string>& keys,
                                EmptyRule empty, double threshold, const SurfaceOptions& surface,
                                const IntervalOptions& options) {
  std::vector<Subgroup> result;
  for (std::size_t k = 0; k < keys.size(); ++k) {
    const bool by_size = keys[k] == kNoduleSize;
    const std::vector<std::size_t> thirds = by_size ? size_thirds(cases) : std::vector<std::size_t>();
    std::map<std::string, std::vector<CaseScore>> parts;  // sizes by their number, so that they stay in order
    for (std::size_t i = 0; i < cases.size(); ++i)
      parts[by_size ? std::to_string(thirds[i]) : cases[i].groups.at(k)].push_back(cases[i]);
    for (const auto& [value, part] : parts)
      result.push_back({keys[k], by_size ? kSizes.at(static_cast<std::size_t>(value.front() - '0')) : value,
                        summarize(part, empty, threshold, surface),
                        intervals(part, empty, threshold, surface, options)});
  }
  return result;
}

}  // namespace tn
