// Records to splits and folds: the options of the split, and the keys `split` and `fold` that it writes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libcore/data/record.hpp"

namespace tn {

struct SplitOptions {
  std::optional<std::string> ratio;     // "7:1:2", 0 to 1e12 each: train, val, test, which may be left out
  std::optional<std::int64_t> folds;    // 2 to 1000; with ratio: of what test leaves
  bool leave_group_out = false;         // a fold for each value of `group`, in order of their bytes
  std::optional<std::int64_t> fold;     // from 0: this one is val, the other folds are train
  bool published = false;               // folds come with the data set, and none are made; `fold` chooses one
  std::optional<std::string> group;     // key: records with the same value stay together
  std::optional<std::string> stratify;  // "label,size": keys, each split has the same mix of their values
  std::int64_t seed = 17;               // same seed and records, in any order: same split
};

// Throws Error(usage): shares that are no numbers or leave nothing, folds out of range, folds with a ratio
// that sets no test aside, options that contradict each other or need another.
void check(const SplitOptions& options);

bool wants_split(const SplitOptions& options);              // ratio, folds or leave_group_out were given
std::vector<std::string> strata_keys(const SplitOptions&);  // "label,size" -> label, size

struct SplitCounts {
  struct Stratum {
    std::string name;
    std::vector<std::size_t> counts;  // in each of `parts`
    std::vector<double> shares;       // its exact share of each
  };
  std::vector<std::pair<std::string, std::size_t>> parts;  // "train" 2551, "val" 364 ... or "fold 0" 73 ...
  std::vector<Stratum> strata;                             // in order of the names; none: one for all
  std::size_t ungrouped = 0;  // records without the group's key: each its own group
  std::size_t divided = 0;    // patients whose records are not all in one part
};

// Shares the records out and sets their `split` or `fold`; the other of the two, left over from a split
// before, is taken away. With folds, `split` is set where it is known: test, and train and val where a fold
// was chosen. strata[i] names record i's stratum; empty: one stratum for all. Throws Error(bad_data) if no
// record has the group's key, Error(usage) for a chosen fold that leave_group_out does not give.
SplitCounts assign_splits(std::vector<Record>& records, const std::vector<std::string>& strata,
                          const SplitOptions& options);

}  // namespace tn
