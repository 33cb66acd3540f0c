// AUROC with its variance, and the difference of two of the same cases.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "libcore/eval/classification.hpp"

namespace tn {

// The variance is DeLong's (DeLong et al. 1988) where every unit has one case, and otherwise its extension to
// units with several (Obuchowski 1997): cases of a unit may depend on each other.
struct AurocEstimate {
  double auroc = 0;
  double variance = 0;
};

// units: of each case. Nothing unless each class has two units at least.
std::optional<AurocEstimate> estimate_auroc(std::span<const ScoredCase> cases,
                                            std::span<const std::uint32_t> units);

// Of the normal distribution around the estimate, kept in [0,1]; confidence in (0,1).
struct AurocInterval {
  double low = 0, high = 1;
};
AurocInterval auroc_interval(const AurocEstimate& estimate, double confidence);

struct AurocDifference {
  double difference = 0;  // of a's AUROC less b's
  double variance = 0;
  std::optional<double> p;  // two-sided, of the normal distribution; nothing if the variance is 0
};

// Two probabilities for each of the same cases: labels and units are those of `a`.
std::optional<AurocDifference> compare_auroc(std::span<const ScoredCase> a, std::span<const ScoredCase> b,
                                             std::span<const std::uint32_t> units);

}  // namespace tn
