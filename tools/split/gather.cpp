#include "tools/split/gather.hpp"

#include <utility>

#include "libcore/cli/progress.hpp"
#include "libcore/sets/measure.hpp"

namespace tn::split {
namespace {

// Ids of one manifest that passes in constant memory; a later id is compared with these.
constexpr std::size_t kRemembered = 50'000;

}  // namespace

MergedReader open(const Options& o) {
  ReadOptions read = o.read;
  if (o.nul) read.separator = '\0';
  read.same_ids = o.check;  // a finding
  if (!whole_view(o) && inputs(o).size() == 1) read.most_ids = kRemembered;
  return {inputs(o), read, o.selection};
}

void warn_truncated(const MergedReader& reader, const Log& log) {
  for (const std::string& name : reader.truncated()) log.warning(name + ": cut off; what was there is taken");
}

std::int64_t count(const Gathered& all) {
  return static_cast<std::int64_t>(all.manifest.records.size());
}

Gathered gather(const Options& o, const Invocation& call, int jobs) {
  Gathered all;
  if (o.merge) {
    all.manifest = merge_shards(inputs(o), o.read);
    return all;
  }
  if (o.layout == Layout::none) {
    MergedReader reader = open(o);
    all.manifest.header = reader.header();
    while (auto record = reader.next()) all.manifest.records.push_back(std::move(*record));
    warn_truncated(reader, call.log);
    return all;
  }
  Imported imported = import_all(o.layout, o.inputs, import_options(o));
  for (const std::string& warning : imported.warnings) call.log.warning(warning);
  all.manifest = {std::move(imported.header), selected(std::move(imported.records), o.selection)};
  Progress progress(call.program, "images", count(all), call.progress);
  all.failures = std::move(imported.failures);
  const auto unreadable = measure_images(all.manifest.records, o.root, jobs, [&] { progress.advance(); });
  all.failures.insert(all.failures.end(), unreadable.begin(), unreadable.end());
  return all;
}

Exit tell_failures(const Invocation& call, const Gathered& all) {
  for (const std::string& failure : all.failures) call.log.error(failure);
  return all.failures.empty() ? Exit::ok : Exit::partial;
}

}  // namespace tn::split
