#include "tools/split/duplicates.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "libcore/base/file.hpp"
#include "libcore/base/text.hpp"
#include "libcore/cli/progress.hpp"
#include "libcore/sets/duplicates.hpp"
#include "tools/split/modes.hpp"

namespace tn::split {
namespace {

Duplicates find_duplicates(const Options& o, const Invocation& call, int jobs, Gathered& all) {
  Progress progress(call.program, "steps", 2 * count(all), call.progress);
  Duplicates duplicates =
      tn::find_duplicates(all.manifest.records, o.root, jobs, [&] { progress.advance(); });
  all.failures.insert(all.failures.end(), duplicates.failures.begin(), duplicates.failures.end());
  call.log.detail(fmt::format("{} looked closer at, {} laid on each other, {} found",
                              counted(static_cast<std::size_t>(duplicates.found.candidates), "pair"),
                              duplicates.found.aligned, duplicates.found.pairs.size()));
  return duplicates;
}

std::size_t doubtful(const std::vector<LookAlike>& pairs) {
  return static_cast<std::size_t>(
      std::count_if(pairs.begin(), pairs.end(), [](const LookAlike& pair) { return pair.doubtful; }));
}

}  // namespace

void merge_or_drop_duplicates(const Options& o, const Invocation& call, int jobs, Gathered& all) {
  const std::vector<LookAlike> pairs = find_duplicates(o, call, jobs, all).found.pairs;
  const std::string unsure = fmt::format("{} of them doubtful", doubtful(pairs));
  if (o.duplicates == OnDuplicates::group) {
    const std::size_t without = group_duplicates(all.manifest.records, pairs, o.split.group);
    if (o.split.group && without > 0)
      call.log.warning(fmt::format("{} without '{}': each is a group of its own, but for duplicates",
                                   counted(without, "record"), *o.split.group));
    return call.log.note(fmt::format("{} of duplicates, {}, grouped", counted(pairs.size(), "pair"), unsure));
  }
  const std::vector<Dropped> dropped = drop_duplicates(all.manifest.records, pairs);
  for (const Dropped& one : dropped) call.log.detail(fmt::format("{} is {} again", one.id, one.kept));
  call.log.note(fmt::format("{} dropped", counted(dropped.size(), "duplicate")));
  if (doubtful(pairs) > 0)
    call.log.warning(fmt::format("{}: both are kept (--duplicates report lists them)",
                                 counted(doubtful(pairs), "doubtful pair")));
}

Exit report_duplicates(const Options& o, const Invocation& call, int jobs) {
  TextOutput out(o.output, o.force);
  Gathered all = gather(o, call, jobs);
  const std::vector<LookAlike> pairs = find_duplicates(o, call, jobs, all).found.pairs;
  for (const LookAlike& pair : pairs) out.write(duplicate_line(all.manifest.records, pair) + "\n");
  out.finish();
  call.log.note(fmt::format("{}: {} of duplicates, {} of them doubtful",
                            counted(all.manifest.records.size(), "record"), counted(pairs.size(), "pair"),
                            doubtful(pairs)));
  return tell_failures(call, all);
}

}  // namespace tn::split
