// One HTML file of an evaluation.
#include <fmt/format.h>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/interrupt.hpp"
#include "libcore/cli/progress.hpp"
#include "libcore/plot/html_report.hpp"
#include "tools/viz/commands.hpp"
#include "tools/viz/options.hpp"

namespace tn::viz {
namespace {

Flags flags(Options& o) {
  Flags f({"tn-viz report", "Makes one HTML file of a report of tn-eval and, for pictures, of its records.",
           "[OPTION]... -o FILE REPORT [CASES]"});
  f.operands(o.inputs, "report and records", 1, 2);
  f.section("Input");
  f.toggle("allow-truncated", o.read.allow_truncated, "take records whose end record is missing");
  add_images(f, o.report.root, o.report.max_pixels);
  f.section("Output");
  f.required("output,o", o.output, "FILE", "the page");
  f.once();
  f.toggle("force", o.force, "overwrite the page");
  f.once();
  f.optional("title", o.report.title, "TEXT", "title of the page");
  add_theme(f, o.report.theme);
  f.toggle_off("no-thumbnails", o.report.thumbnails,
               "no pixel and no outline of a case, for data that may not travel");
  return f;
}

Exit report(const Options& o, const Invocation& call) {
  if (o.inputs.front() == "-")
    throw Error(Exit::usage, "the report is read from a file; records may come from '-'");
  if (o.report.max_pixels < 1) throw Error(Exit::usage, "at most {} pixels", o.report.max_pixels);
  const InterruptScope interruptible;
  HtmlReportInput input{read_report(o.inputs.front()), load_case_run(o.inputs.front(), "model", {}), {}};
  if (o.inputs.size() > 1) input.records = load_case_run(o.inputs[1], "model", {o.read, {}});
  WholeFile file(o.output, o.force);
  Progress progress(call.program, "pictures", static_cast<std::int64_t>(input.run.cases.size()),
                    call.progress);
  bool failed = false;
  const std::string page =
      html_report(input, o.report, [&](const std::string& id, const std::optional<std::string>& error) {
        if (error) call.log.error(fmt::format("{}: {}", id, *error));
        failed = failed || error;
        progress.advance();
      });
  file.write(page);
  file.commit();
  call.log.note(fmt::format("{}: {} cases, {:.1f} MB", o.output, input.run.cases.size(),
                            static_cast<double>(page.size()) / 1e6));
  return failed ? Exit::partial : Exit::ok;
}

}  // namespace

Command report_command() {
  return command("report", "one HTML file of an evaluation", flags, report);
}

}  // namespace tn::viz
