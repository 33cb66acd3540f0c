// The cases taken apart by a key of their records, each part with its own summary.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "libcore/eval/bootstrap.hpp"
#include "libcore/eval/summary.hpp"

namespace tn {

// The key that stands for thirds of the drawn nodule's share of its image: small, medium, large.
inline constexpr std::string_view kNoduleSize = "nodule-size";

struct Subgroup {
  std::string key;
  std::string value;  // "null" where the key is absent
  Summary summary;
  std::optional<Intervals> intervals;
};

// For each key (in the order of `keys`, which CaseScore::groups follows) its values in ascending order; sizes
// from small to large. Thirds are cut over all cases with a drawn nodule and a score; equal sizes stay
// together; the rest is "none".
std::vector<Subgroup> subgroups(std::span<const CaseScore> cases, const std::vector<std::string>& keys,
                                EmptyRule empty, double threshold, const SurfaceOptions& surface = {},
                                const IntervalOptions& intervals = {.resamples = 0});

}  // namespace tn
