// A summary as it stands in reports (tn-report(5), "A summary").
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "libcore/eval/bootstrap.hpp"

namespace tn {

// Adds counts, overlap, geometry and class, and intervals if there are any. confidence: of AUROC's own
// interval.
void add_summary(nlohmann::ordered_json& json, const Summary& summary,
                 const std::optional<Intervals>& intervals, EmptyRule empty, double confidence);

}  // namespace tn
