#include "libcore/data/assign.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <unordered_map>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"
#include "libcore/data/select.hpp"
#include "libcore/data/split.hpp"

namespace tn {
namespace {

constexpr std::int64_t kMostFolds = 1000;
constexpr double kMostWeight = 1e12;  // of a split: sums and products of weights stay exact enough
constexpr std::array kSplitNames{"train", "val", "test"};

std::vector<double> ratio_weights(const std::string& ratio) {
  std::vector<double> weights;
  for (const std::string_view word : split_text(ratio, ':')) {
    const auto weight = parse_double(word);
    if (!weight || *weight < 0)
      throw Error(Exit::usage, "--ratio: '{}' is no share: '{}' is not a number from 0 up", printable(ratio),
                  printable(word));
    if (*weight > kMostWeight)
      throw Error(Exit::usage, "--ratio: '{}' is no share: '{}' is above 1e12", printable(ratio),
                  printable(word));
    weights.push_back(*weight);
  }
  if (weights.size() < 2 || weights.size() > 3)
    throw Error(Exit::usage, "--ratio: '{}' is not TRAIN:VAL or TRAIN:VAL:TEST", printable(ratio));
  if (std::accumulate(weights.begin(), weights.end(), 0.0) <= 0)
    throw Error(Exit::usage, "--ratio: '{}' leaves nothing for any split", printable(ratio));
  weights.resize(3);
  return weights;
}

// What records are shared out over: train, val and test; or folds, and test after them where a ratio sets it
// aside.
struct Parts {
  std::vector<double> weights;
  std::vector<std::string> names;
  std::size_t folds = 0;
};

Parts parts_of(const SplitOptions& options) {
  Parts parts;
  if (!options.folds) return {ratio_weights(*options.ratio), {kSplitNames.begin(), kSplitNames.end()}, 0};
  parts.folds = static_cast<std::size_t>(*options.folds);
  double rest = 1;
  double test = 0;
  if (options.ratio) {
    const std::vector<double> ratio = ratio_weights(*options.ratio);
    rest = ratio[0] + ratio[1];
    test = ratio[2] * static_cast<double>(parts.folds);
  }
  for (std::size_t fold = 0; fold < parts.folds; ++fold) {
    parts.weights.push_back(rest);
    parts.names.push_back(fmt::format("fold {}", fold));
  }
  if (test > 0) {
    parts.weights.push_back(test);
    parts.names.emplace_back("test");
  }
  return parts;
}

// Numbers for names: dense, in order of the names.
std::vector<std::uint32_t> numbered(const std::vector<std::string_view>& names) {
  std::map<std::string_view, std::uint32_t> numbers;
  for (const std::string_view name : names) numbers[name] = 0;
  std::uint32_t next = 0;
  for (auto& [name, number] : numbers) number = next++;
  std::vector<std::uint32_t> result;
  result.reserve(names.size());
  for (const std::string_view name : names) result.push_back(numbers[name]);
  return result;
}

struct Grouping {
  std::vector<std::uint32_t> group;  // one a record, in the given order
  std::vector<std::string> names;    // one a group: the key's value, or the id of a record without it
  std::size_t ungrouped = 0;
};

Grouping group_by(const std::vector<Record>& records, const std::vector<std::size_t>& order,
                  const std::string& key) {
  Grouping grouping;
  std::unordered_map<std::string, std::uint32_t> numbers;
  for (const std::size_t i : order) {
    const auto value = value_text(records[i], key);
    const auto next = static_cast<std::uint32_t>(grouping.names.size());
    if (!value) {
      ++grouping.ungrouped;
      grouping.group.push_back(next);
      grouping.names.push_back(records[i].id());
      continue;
    }
    const auto [at, fresh] = numbers.emplace(*value, next);
    if (fresh) grouping.names.push_back(*value);
    grouping.group.push_back(at->second);
  }
  if (numbers.empty() && !records.empty())
    throw Error(Exit::bad_data, "--group: no record has the key '{}'", printable(key));
  return grouping;
}

// Record numbers in order of id, so that the order of the input does not matter.
std::vector<std::size_t> by_id(const std::vector<Record>& records) {
  std::vector<std::string> ids;
  ids.reserve(records.size());
  for (const Record& record : records) ids.push_back(record.id());
  std::vector<std::size_t> order(records.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return ids[a] < ids[b]; });
  return order;
}

void mark(Record& record, std::size_t part, const Parts& parts, const SplitOptions& options) {
  if (part >= parts.folds) {  // no fold
    record.erase("fold");
    return record.set("split", parts.names[part]);
  }
  record.set("fold", static_cast<std::int64_t>(part));
  if (!options.fold) return record.erase("split");
  record.set("split", *options.fold == static_cast<std::int64_t>(part) ? "val" : "train");
}

// Values of `patient` in more than one part; `part` is in the given order.
std::size_t divided_patients(const std::vector<Record>& records, const std::vector<std::size_t>& order,
                             const std::vector<std::uint32_t>& part) {
  struct Seen {
    std::uint32_t part;
    bool divided;
  };
  std::unordered_map<std::string, Seen> patients;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto patient = value_text(records[order[i]], "patient");
    if (!patient) continue;
    Seen& seen = patients.try_emplace(*patient, Seen{part[i], false}).first->second;
    seen.divided = seen.divided || seen.part != part[i];
  }
  return static_cast<std::size_t>(
      std::count_if(patients.begin(), patients.end(), [](const auto& one) { return one.second.divided; }));
}

SplitCounts count_parts(const std::vector<std::uint32_t>& part, const std::vector<std::string_view>& strata,
                        const Parts& parts) {
  std::map<std::string_view, std::vector<std::size_t>> rows;
  std::vector<std::size_t> sizes(parts.weights.size());
  for (std::size_t i = 0; i < part.size(); ++i) {
    ++sizes[part[i]];
    ++rows.try_emplace(strata[i], sizes.size()).first->second[part[i]];
  }
  const double sum = std::accumulate(parts.weights.begin(), parts.weights.end(), 0.0);
  SplitCounts counts;
  for (std::size_t p = 0; p < sizes.size(); ++p)
    if (parts.weights[p] > 0) counts.parts.emplace_back(parts.names[p], sizes[p]);
  for (const auto& [name, row] : rows) {
    if (name.empty()) continue;  // no strata were asked for
    SplitCounts::Stratum stratum{std::string(name), {}, {}};
    const auto size = static_cast<double>(std::accumulate(row.begin(), row.end(), std::size_t{0}));
    for (std::size_t p = 0; p < sizes.size(); ++p) {
      if (parts.weights[p] <= 0) continue;
      stratum.counts.push_back(row[p]);
      stratum.shares.push_back(size * parts.weights[p] / sum);
    }
    counts.strata.push_back(std::move(stratum));
  }
  return counts;
}

struct Sharing {
  Parts parts;
  std::vector<std::uint32_t> part;  // of each record, in the given order
};

// The groups in order of their names, a fold each.
Sharing fold_each(const Grouping& grouping, const SplitOptions& options) {
  const std::size_t count = grouping.names.size();
  if (count == 1)
    throw Error(Exit::bad_data, "--leave-group-out: '{}' is '{}' in every record", printable(*options.group),
                printable(grouping.names.front()));
  if (options.fold && (*options.fold < 0 || static_cast<std::size_t>(*options.fold) >= count))
    throw Error(Exit::usage, "--fold: {} is not a fold: there are {}", *options.fold,
                counted(count, "group"));
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return grouping.names[a] < grouping.names[b]; });
  Sharing sharing{{std::vector<double>(count, 1.0), {}, count}, {}};
  std::vector<std::uint32_t> fold(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    fold[order[i]] = i;
    sharing.parts.names.push_back(fmt::format("fold {} '{}'", i, printable(grouping.names[order[i]])));
  }
  for (const std::uint32_t group : grouping.group) sharing.part.push_back(fold[group]);
  return sharing;
}

Sharing share(const std::vector<std::string_view>& strata, const Grouping& grouping,
              const SplitOptions& options) {
  if (options.leave_group_out) return fold_each(grouping, options);
  Sharing sharing{parts_of(options), {}};
  sharing.part = share_out({numbered(strata), grouping.group}, sharing.parts.weights,
                           static_cast<std::uint64_t>(options.seed));
  return sharing;
}

void check_leave_group_out(const SplitOptions& options) {
  if (!options.leave_group_out) return;
  if (options.ratio) throw Error(Exit::usage, "--leave-group-out and --ratio contradict each other");
  if (options.folds) throw Error(Exit::usage, "--leave-group-out and --folds contradict each other");
  if (options.stratify) throw Error(Exit::usage, "--leave-group-out and --stratify contradict each other");
  if (!options.group) throw Error(Exit::usage, "--leave-group-out needs --group");
  if (options.seed != SplitOptions().seed)
    throw Error(Exit::usage, "--leave-group-out and --seed contradict each other: nothing is drawn");
}

void check_folds(const SplitOptions& options) {
  if (!options.folds) return;
  if (*options.folds < 2 || *options.folds > kMostFolds)
    throw Error(Exit::usage, "--folds: {} is not in 2 to {}", *options.folds, kMostFolds);
  if (options.fold && (*options.fold < 0 || *options.fold >= *options.folds))
    throw Error(Exit::usage, "--fold: {} is not in 0 to {}", *options.fold, *options.folds - 1);
  if (!options.ratio) return;
  const std::vector<double> ratio = ratio_weights(*options.ratio);
  if (ratio[2] <= 0)
    throw Error(Exit::usage,
                "--ratio with --folds says how much test gets, T:V:S; the folds share the rest: '{}' leaves "
                "nothing for test",
                printable(*options.ratio));
  if (ratio[0] + ratio[1] <= 0)
    throw Error(Exit::usage, "--ratio with --folds: '{}' leaves nothing for the folds",
                printable(*options.ratio));
}

}  // namespace

void check(const SplitOptions& options) {
  if (options.ratio) ratio_weights(*options.ratio);
  check_leave_group_out(options);
  check_folds(options);
  if (options.published && wants_split(options))
    throw Error(Exit::usage, "--published-folds contradicts --ratio, --folds and --leave-group-out");
  if (options.fold && !options.folds && !options.leave_group_out && !options.published)
    throw Error(Exit::usage, "--fold needs --folds or --published-folds");
  if (options.fold && options.published && *options.fold < 0)
    throw Error(Exit::usage, "--fold: {} is not a number from 0 up", *options.fold);
  strata_keys(options);
  if (wants_split(options)) return;
  if (options.seed != SplitOptions().seed) throw Error(Exit::usage, "--seed needs --ratio or --folds");
  if (options.group) throw Error(Exit::usage, "--group needs --ratio or --folds");
  if (options.stratify) throw Error(Exit::usage, "--stratify needs --ratio or --folds");
}

bool wants_split(const SplitOptions& options) {
  return options.ratio || options.folds || options.leave_group_out;
}

std::vector<std::string> strata_keys(const SplitOptions& options) {
  std::vector<std::string> keys;
  if (!options.stratify) return keys;
  for (const std::string_view word : split_text(*options.stratify, ',')) {
    if (word.empty())
      throw Error(Exit::usage, "--stratify: '{}' holds an empty key", printable(*options.stratify));
    keys.emplace_back(word);
  }
  return keys;
}

SplitCounts assign_splits(std::vector<Record>& records, const std::vector<std::string>& strata,
                          const SplitOptions& options) {
  const std::vector<std::size_t> order = by_id(records);
  std::vector<std::string_view> names(records.size());
  for (std::size_t i = 0; i < order.size() && !strata.empty(); ++i) names[i] = strata[order[i]];
  Grouping grouping;
  if (options.group) grouping = group_by(records, order, *options.group);
  const Sharing sharing = share(names, grouping, options);
  for (std::size_t i = 0; i < order.size(); ++i)
    mark(records[order[i]], sharing.part[i], sharing.parts, options);
  SplitCounts counts = count_parts(sharing.part, names, sharing.parts);
  counts.ungrouped = grouping.ungrouped;
  counts.divided = divided_patients(records, order, sharing.part);
  return counts;
}

}  // namespace tn
