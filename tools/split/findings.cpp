#include <fmt/format.h>

#include "libcore/base/file.hpp"
#include "libcore/base/text.hpp"
#include "libcore/cli/progress.hpp"
#include "libcore/sets/check_set.hpp"
#include "libcore/sets/describe.hpp"
#include "tools/split/duplicates.hpp"
#include "tools/split/modes.hpp"

namespace tn::split {

Exit check_set(const Options& o, const Invocation& call, int jobs) {
  TextOutput out(o.output, o.force);
  const Gathered all = gather(o, call, jobs);
  Progress progress(call.program, "steps", 2 * count(all), call.progress);
  const CheckedSet checked =
      tn::check_set(all.manifest.records, o.split.group, o.root, jobs, [&] { progress.advance(); });
  std::size_t errors = 0;
  for (const Finding& finding : checked.findings) {
    out.write(finding.line + "\n");
    if (finding.error) ++errors;
  }
  out.finish();
  if (!checked.split) call.log.note("no record has a split or a fold: nothing can cross");
  call.log.note(fmt::format("{}: {}, {}", counted(all.manifest.records.size(), "record"),
                            counted(errors, "error"), counted(checked.findings.size() - errors, "warning")));
  return errors > 0 ? Exit::partial : Exit::ok;
}

Exit print_stats(const Options& o, const Invocation& call, int jobs) {
  TextOutput out(o.output, o.force);
  Gathered all = gather(o, call, jobs);
  if (o.duplicates != OnDuplicates::keep) merge_or_drop_duplicates(o, call, jobs, all);
  Progress progress(call.program, "records", count(all), call.progress);
  const SetDescription set = describe(all.manifest.records, o.root, jobs, [&] { progress.advance(); });
  all.failures.insert(all.failures.end(), set.failures.begin(), set.failures.end());
  out.write(o.format == StatsFormat::json ? description_json(set) + "\n" : description_text(set));
  out.finish();
  return tell_failures(call, all);
}

}  // namespace tn::split
