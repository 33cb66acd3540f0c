// Strata: records of one kind, which every split gets its share of (METHOD 5).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libcore/data/record.hpp"
#include "libcore/sets/measure.hpp"

namespace tn {

// "small", "medium" or "large" by thirds of all shares above 0, equal shares together; "empty" for 0, "none"
// for no share.
std::vector<std::string> size_thirds(std::span<const std::optional<double>> shares);

struct Strata {
  std::vector<std::string> names;     // one a record: "label 'benign', size small"
  std::vector<std::string> failures;  // masks that could not be read
};

// By keys of the records; the key "size" means the nodule's size and reads every mask. A missing value is a
// value of its own. Records whose mask cannot be read become error records and a stratum of their own. Throws
// Error(bad_data) if no record has a key.
Strata strata_of(std::vector<Record>& records, const std::vector<std::string>& keys, const std::string& root,
                 int jobs, const Tick& tick);

}  // namespace tn
