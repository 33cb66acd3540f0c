#include "libcore/eval/evaluate.hpp"

#include "libcore/base/interrupt.hpp"
#include "libcore/cli/progress.hpp"
#include "libcore/eval/definitions.hpp"
#include "tools/eval/modes.hpp"

namespace tn::evaluation {
namespace {

// Read before the work, so that a wrong one is refused at once.
std::optional<StoredReport> read_baseline(const Options& o) {
  if (!o.baseline) return std::nullopt;
  StoredReport baseline = read_report(*o.baseline);
  check(o.gate, baseline, o.eval.intervals);
  return baseline;
}

Exit concluded(const Report& report, const Invocation& call) {
  for (const std::string& key : report.evaluation.absent_by)
    call.log.warning(fmt::format("--by: no record has the key '{}'", key));
  call.log.note(headline(report));
  const std::string missing = shortfall(report.summary.counts);
  if (!missing.empty()) call.log.warning(fmt::format("not scored: {}", missing));
  if (report.gate) {
    const std::string line = fmt::format("gate: {}", report.gate->line);
    report.gate->exit == Exit::ok ? call.log.note(line) : call.log.error(line);
    if (report.gate->exit != Exit::ok) return report.gate->exit;
  }
  return report.summary.counts.failed_here > 0 ? Exit::partial : Exit::ok;
}

}  // namespace

Exit explain_metrics(const Options& o) {
  TextOutput out("-", false);
  out.write(explain_text(o.eval.surface));
  out.finish();
  return Exit::ok;
}

Exit evaluate_manifest(const Options& o, const Invocation& call) {
  const std::optional<StoredReport> baseline = read_baseline(o);
  const InterruptScope interruptible;
  ManifestReader reader(o.inputs.empty() ? "-" : o.inputs.front(), o.read);
  Header header = reader.header();
  if (!o.no_pg) header.add_program(call.program, call.command_line);
  Outputs outputs(o.outputs, header);
  Progress progress(call.program, "cases", 0, call.progress);
  Evaluation evaluation = evaluate(reader, o.eval, [&](const Record& record, const CaseScore& score) {
    if (score.failed_here) call.log.error(fmt::format("{}: {}", score.id, *score.error));
    call.log.detail(case_line(score));
    outputs.add(record);
    progress.advance();
  });
  evaluation.header = header;
  Report report = make_report(std::move(evaluation), o.report);
  if (baseline)
    report.gate =
        gate(*baseline, parse_report(report_json(report), "this run"), o.gate, report.evaluation.intervals);
  outputs.finish(report);
  return concluded(report, call);
}

}  // namespace tn::evaluation
