// TI-RADS categories as labels: a suspicion score, never pathology.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tn {

// The categories in rising order are 1, 2, 3, 4a, 4b, 4c and 5. Throws Error(usage) for a cut that is none of
// 2 to 5.
void check_tirads_cut(const std::string& cut);

// "malignant" from the cut up, "benign" below it; nothing for a text that is no category, a bare 4 included.
std::optional<std::string> label_by_tirads(std::string_view category, const std::string& cut);

}  // namespace tn
