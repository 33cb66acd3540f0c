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
  std::optional<std::string> ratio;     // "7:1:2": train, val, test; the last may be left out
  std::optional<std::int64_t> folds;    // 2 to 1000
  std::optional<std::int64_t> fold;     // 0 to folds - 1: this one is val, the rest train
  bool published = false;               // folds come with the data set, and none are made; `fold` chooses one
  std::optional<std::string> group;     // key: records with the same value stay together
  std::optional<std::string> stratify;  // "label,size": keys, each split has the same mix of their values
  std::int64_t seed = 17;               // same seed and records, in any order: same split
};

// Throws Error(usage): shares that are no numbers or leave nothing, folds out of range, ratio and folds at
// once, or options that need one of them.
void check(const SplitOptions& options);

bool wants_split(const SplitOptions& options);              // ratio or folds were given
std::vector<std::string> strata_keys(const SplitOptions&);  // "label,size" -> label, size

struct SplitCounts {
  std::vector<std::pair<std::string, std::size_t>> parts;  // "train" 2551, "val" 364 ... or "fold 0" 73 ...
  std::vector<std::pair<std::string, std::vector<std::size_t>>>
      strata;                 // each with its count in each of `parts`
  std::size_t ungrouped = 0;  // records without the group's key: each its own group
};

// Shares the records out and sets their `split`, or `fold` (and `split`, where a fold was chosen). strata[i]
// names record i's stratum; empty: one stratum for all. Throws Error(bad_data) if no record has the group's
// key.
SplitCounts assign_splits(std::vector<Record>& records, const std::vector<std::string>& strata,
                          const SplitOptions& options);

}  // namespace tn
