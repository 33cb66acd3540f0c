#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "libcore/base/text.hpp"
#include "libcore/cli/progress.hpp"
#include "libcore/data/assign.hpp"
#include "libcore/sets/strata.hpp"
#include "tools/split/duplicates.hpp"
#include "tools/split/modes.hpp"

namespace tn::split {
namespace {

Header signed_header(const Options& o, const Invocation& call, Header header) {
  if (o.history) header.add_program(call.program, call.command_line);
  return header;
}

// "train 7, val 1, test 2"; with shares "train 7 (+0.0), val 1 (-0.4), test 2 (+0.4)". Many parts are summed
// up.
std::string counts_text(const SplitCounts& counts, const std::vector<std::size_t>& cells,
                        const std::vector<double>* shares = nullptr) {
  constexpr std::size_t kMost = 20;
  if (cells.size() > kMost) {
    const auto [least, most] = std::minmax_element(cells.begin(), cells.end());
    return fmt::format("{} folds, {} to {} records each", cells.size(), *least, *most);
  }
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", counts.parts[i].first, cells[i]);
    if (shares != nullptr) text += fmt::format(" ({:+.1f})", static_cast<double>(cells[i]) - shares->at(i));
  }
  return text;
}

void tell(const Options& o, const Log& log, std::size_t records, const std::optional<SplitCounts>& counts) {
  if (!counts) return log.note(counted(records, "record"));
  std::vector<std::size_t> sizes;
  for (const auto& [name, size] : counts->parts) {
    sizes.push_back(size);
    if (size == 0) log.warning(name + " is empty");
  }
  if (counts->ungrouped > 0)
    log.warning(fmt::format("{} without '{}': each is a group of its own",
                            counted(counts->ungrouped, "record"), *o.split.group));
  if (counts->divided > 0)
    log.warning(fmt::format("{} in more than one {} (--group patient keeps each together)",
                            counted(counts->divided, "patient"), o.split.ratio ? "split" : "fold"));
  log.note(fmt::format("{}: {}", counted(records, "record"), counts_text(*counts, sizes)));
  double farthest = 0;
  for (const SplitCounts::Stratum& stratum : counts->strata) {
    log.detail(fmt::format("{}: {}", stratum.name, counts_text(*counts, stratum.counts, &stratum.shares)));
    for (std::size_t i = 0; i < stratum.counts.size(); ++i)
      farthest = std::max(farthest, std::abs(static_cast<double>(stratum.counts[i]) - stratum.shares[i]));
  }
  if (!counts->strata.empty())
    log.note(fmt::format("every stratum is within {:.1f} of its exact share of each split", farthest));
}

SplitCounts share_out(const Options& o, const Invocation& call, int jobs, Gathered& all) {
  std::vector<Record>& records = all.manifest.records;
  Strata strata;
  {
    Progress progress(call.program, "masks", count(all), call.progress);
    strata = strata_of(records, strata_keys(o.split), o.root, jobs, [&] { progress.advance(); });
  }
  all.failures.insert(all.failures.end(), strata.failures.begin(), strata.failures.end());
  SplitOptions split = o.split;
  if (o.duplicates == OnDuplicates::group) split.group = "group";
  return assign_splits(records, strata.names, split);
}

}  // namespace

Exit pass_on(const Options& o, const Invocation& call) {
  ManifestWriter writer(o.output, o.force);
  ShardWriter out(writer, shard(o));
  MergedReader reader = open(o);
  out.header(signed_header(o, call, reader.header()));
  while (const auto record = reader.next()) out.write(*record);
  out.finish();
  warn_truncated(reader, call.log);
  call.log.note(counted(static_cast<std::size_t>(writer.count()), "record"));
  return Exit::ok;
}

Exit write_manifest(const Options& o, const Invocation& call, int jobs) {
  ManifestWriter writer(o.output, o.force);
  ShardWriter out(writer, shard(o));
  Gathered all = gather(o, call, jobs);
  if (o.duplicates != OnDuplicates::keep) merge_or_drop_duplicates(o, call, jobs, all);
  std::optional<SplitCounts> counts;
  if (wants_split(o.split)) counts = share_out(o, call, jobs, all);
  const Exit code = tell_failures(call, all);
  tell(o, call.log, all.manifest.records.size(), counts);
  out.header(signed_header(o, call, std::move(all.manifest.header)));
  for (const Record& record : all.manifest.records) out.write(record);
  out.finish();
  return code;
}

}  // namespace tn::split
