#include "libcore/eval/submission.hpp"

#include "libcore/base/interrupt.hpp"
#include "tools/eval/modes.hpp"

namespace tn::evaluation {

Exit write_submission(const Options& o, const Invocation& call) {
  const InterruptScope interruptible;
  ManifestReader reader(o.inputs.empty() ? "-" : o.inputs.front(), o.read);
  TextOutput out(*o.submission, o.outputs.force);  // refused before the work, if at all
  const std::vector<ZipEntry> entries = tn_scui_submission(reader, o.eval, o.submission_cases);
  out.write(zip_bytes(entries));
  out.finish();
  call.log.note(fmt::format("{} masks and their classes in {}", entries.size() - 1, *o.submission));
  return Exit::ok;
}

}  // namespace tn::evaluation
