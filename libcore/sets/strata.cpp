#include "libcore/sets/strata.hpp"

#include <algorithm>
#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"
#include "libcore/data/select.hpp"

namespace tn {
namespace {

std::vector<std::string> values_of(const std::vector<Record>& records, const std::string& key) {
  std::vector<std::string> values;
  bool any = false;
  for (const Record& record : records) {
    const auto value = value_text(record, key);
    any = any || value || record.has(key);
    values.push_back(value ? fmt::format("{} '{}'", key, *value) : fmt::format("{} none", key));
  }
  if (!any && !records.empty())
    throw Error(Exit::bad_data, "--stratify: no record has the key '{}'", printable(key));
  return values;
}

}  // namespace

std::vector<std::string> size_thirds(std::span<const std::optional<double>> shares) {
  std::vector<double> sorted;
  for (const auto& share : shares)
    if (share && *share > 0) sorted.push_back(*share);
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::string> names;
  for (const auto& share : shares) {
    if (!share) {
      names.emplace_back("none");
    } else if (*share <= 0) {
      names.emplace_back("empty");
    } else {
      const auto smaller = std::lower_bound(sorted.begin(), sorted.end(), *share) - sorted.begin();
      const auto third = 3 * static_cast<std::size_t>(smaller) / sorted.size();
      names.emplace_back(third == 0 ? "small" : third == 1 ? "medium" : "large");
    }
  }
  return names;
}

Strata strata_of(std::vector<Record>& records, const std::vector<std::string>& keys, const std::string& root,
                 int jobs, const Tick& tick) {
  Strata strata;
  if (keys.empty()) return strata;
  strata.names.resize(records.size());
  for (const std::string& key : keys) {
    std::vector<std::string> values;
    if (key == "size") {
      NoduleShares shares = nodule_shares(records, root, jobs, tick);
      values = size_thirds(shares.share);
      for (std::size_t i = 0; i < records.size(); ++i)
        values[i] = "size " + (records[i].failed() ? "unknown" : values[i]);
      strata.failures = std::move(shares.failures);
    } else {
      values = values_of(records, key);
    }
    for (std::size_t i = 0; i < records.size(); ++i)
      strata.names[i] += (strata.names[i].empty() ? "" : ", ") + values[i];
  }
  return strata;
}

}  // namespace tn
