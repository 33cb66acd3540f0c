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
constexpr std::array kSplitNames{"train", "val", "test"};

std::vector<double> ratio_weights(const std::string& ratio) {
  std::vector<double> weights;
  for (const std::string_view word : split_text(ratio, ':')) {
    const auto weight = parse_double(word);
    if (!weight || *weight < 0)
      throw Error(Exit::usage, "--ratio: '{}' is no share: '{}' is not a number from 0 up", printable(ratio),
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

std::vector<double> part_weights(const SplitOptions& options) {
  if (options.ratio) return ratio_weights(*options.ratio);
  return std::vector<double>(static_cast<std::size_t>(*options.folds), 1.0);
}

// Numbers for names: dense, in order of the names.
std::vector<std::uint32_t> numbered(const std::vector<std::string>& names) {
  std::map<std::string_view, std::uint32_t> numbers;
  for (const std::string& name : names) numbers[name] = 0;
  std::uint32_t next = 0;
  for (auto& [name, number] : numbers) number = next++;
  std::vector<std::uint32_t> result;
  result.reserve(names.size());
  for (const std::string& name : names) result.push_back(numbers[name]);
  return result;
}

struct Grouping {
  std::vector<std::uint32_t> group;  // one a record, in the given order
  std::size_t ungrouped = 0;
};

Grouping group_by(const std::vector<Record>& records, const std::vector<std::size_t>& order,
                  const std::string& key) {
  Grouping grouping;
  std::unordered_map<std::string, std::uint32_t> numbers;
  std::uint32_t next = 0;
  for (const std::size_t i : order) {
    const auto value = value_text(records[i], key);
    if (!value) {
      ++grouping.ungrouped;
      grouping.group.push_back(next++);
      continue;
    }
    const auto [at, fresh] = numbers.emplace(*value, next);
    if (fresh) ++next;
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

void mark(Record& record, std::uint32_t part, const SplitOptions& options) {
  if (options.ratio) return record.set("split", kSplitNames.at(part));
  record.set("fold", static_cast<std::int64_t>(part));
  if (options.fold) record.set("split", *options.fold == part ? "val" : "train");
}

SplitCounts count_parts(const std::vector<std::uint32_t>& parts, const std::vector<std::string>& strata,
                        const SplitOptions& options, const std::vector<double>& weights) {
  std::map<std::string, std::vector<std::size_t>> rows;
  std::vector<std::size_t> sizes(weights.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    ++sizes[parts[i]];
    ++rows.try_emplace(strata[i], weights.size()).first->second[parts[i]];
  }
  SplitCounts counts;
  for (std::size_t part = 0; part < sizes.size(); ++part) {
    if (weights[part] == 0) continue;
    counts.parts.emplace_back(options.ratio ? kSplitNames.at(part) : fmt::format("fold {}", part),
                              sizes[part]);
  }
  for (const auto& [name, row] : rows) {
    std::vector<std::size_t> cells;
    for (std::size_t part = 0; part < sizes.size(); ++part)
      if (weights[part] > 0) cells.push_back(row[part]);
    if (!name.empty()) counts.strata.emplace_back(name, std::move(cells));
  }
  return counts;
}

}  // namespace

void check(const SplitOptions& options) {
  if (options.ratio && options.folds) throw Error(Exit::usage, "--ratio and --folds contradict each other");
  if (options.ratio) ratio_weights(*options.ratio);
  if (options.folds && (*options.folds < 2 || *options.folds > kMostFolds))
    throw Error(Exit::usage, "--folds: {} is not in 2 to {}", *options.folds, kMostFolds);
  if (options.published && wants_split(options))
    throw Error(Exit::usage, "--published-folds contradicts --ratio and --folds");
  if (options.fold && !options.folds && !options.published)
    throw Error(Exit::usage, "--fold needs --folds or --published-folds");
  if (options.fold && options.published && *options.fold < 0)
    throw Error(Exit::usage, "--fold: {} is not a number from 0 up", *options.fold);
  if (options.fold && options.folds && (*options.fold < 0 || *options.fold >= *options.folds))
    throw Error(Exit::usage, "--fold: {} is not in 0 to {}", *options.fold, *options.folds - 1);
  strata_keys(options);
  if (wants_split(options)) return;
  if (options.group) throw Error(Exit::usage, "--group needs --ratio or --folds");
  if (options.stratify) throw Error(Exit::usage, "--stratify needs --ratio or --folds");
}

bool wants_split(const SplitOptions& options) {
  return options.ratio || options.folds;
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
  std::vector<std::string> names(records.size());
  for (std::size_t i = 0; i < order.size() && !strata.empty(); ++i) names[i] = strata[order[i]];
  SplitItems items{numbered(names), {}};
  Grouping grouping;
  if (options.group) grouping = group_by(records, order, *options.group);
  items.group = std::move(grouping.group);
  const std::vector<double> weights = part_weights(options);
  const auto parts = share_out(items, weights, static_cast<std::uint64_t>(options.seed));
  for (std::size_t i = 0; i < order.size(); ++i) mark(records[order[i]], parts[i], options);
  SplitCounts counts = count_parts(parts, names, options, weights);
  counts.ungrouped = grouping.ungrouped;
  return counts;
}

}  // namespace tn
