// --check: what is wrong with a set of records, and what crosses its splits (INTERFACES 4a).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libcore/data/record.hpp"
#include "libcore/sets/good_records.hpp"

namespace tn {

// One JSON line: {"severity":"error","code":"unreadable-image","ids":["a"],"msg":"..."} and, with some codes,
// more: see tn-split(1).
struct Finding {
  bool error = false;  // else a warning
  std::string line;
};

struct CheckedSet {
  std::vector<Finding> findings;  // of single records in their order; then groups; then duplicates
  bool split = false;             // whether any record has a split or a fold
};

// Reads every image and mask. Looks for values of `patient`, `group` and `key` that stand on both sides of a
// split or a fold, and for duplicates that do. `tick` is called twice a record.
CheckedSet check_set(const std::vector<Record>& records, const std::optional<std::string>& key,
                     const std::string& root, int jobs, const Tick& tick);

}  // namespace tn
