// tn-eval: a manifest with predictions in, a report out.
#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "libcore/base/error.hpp"
#include "libcore/base/interrupt.hpp"
#include "libcore/base/text.hpp"
#include "libcore/cli/progress.hpp"
#include "libcore/cli/run_tool.hpp"
#include "libcore/eval/compare.hpp"
#include "libcore/eval/definitions.hpp"
#include "libcore/eval/outputs.hpp"

namespace {

struct Options {
  std::vector<std::string> inputs;
  std::vector<std::string> select;
  tn::EvalOptions eval;
  tn::OutputOptions outputs;
  tn::ReadOptions read;
  std::vector<std::string> nsd_tolerances;
  std::int64_t seed = 0;
  bool compare = false;
  std::int64_t permutations = 10000;
  std::optional<std::string> baseline;
  tn::GateOptions gate;
  std::vector<std::string> tolerances;
  bool no_pg = false;
  bool explain = false;
};

tn::Flags flags(Options& o) {
  tn::Flags f({"tn-eval",
               "Compares predicted masks and classes with the truth: a report, and metrics for each case.",
               "[OPTION]... [MANIFEST]"});
  f.operands(o.inputs, "manifest", 0, 1000);
  f.section("Input");
  f.optional("root", o.eval.root, "DIR", "folder that the records' paths start from");
  f.repeated("select", o.select, "KEY=VALUE", "take only records whose KEY has this VALUE");
  f.optional("limit", o.eval.selection.limit, "N", "take at most N records");
  f.toggle("allow-truncated", o.read.allow_truncated, "take a manifest whose end record is missing");
  f.optional("max-pixels", o.eval.max_pixels, "N", "refuse images with more pixels");
  f.section("Output");
  f.optional("markdown", o.outputs.markdown, "FILE",
             "write the report for readers; - is stdout, and the default if no output is named");
  f.optional("json", o.outputs.json, "FILE", "write the report for programs, tn-report(5); - is stdout");
  f.optional("per-case", o.outputs.per_case, "FILE", "write the records with their metrics; - is stdout");
  f.optional("junit", o.outputs.junit, "FILE", "write the gate's verdicts as JUnit XML; - is stdout");
  f.toggle("force", o.outputs.force, "overwrite outputs");
  f.once();
  f.toggle("no-pg", o.no_pg, "leave this program out of the history in the outputs");
  f.section("Metrics");
  f.repeated("by", o.eval.by, "KEY",
             "report subgroups by the records' KEY too; nodule-size: thirds of the drawn area");
  f.optional("threshold", o.eval.threshold, "P",
             "p_malignant from which a case is malignant; default: the model's, else 0.5");
  f.choice("empty", o.eval.empty,
           {{"score", tn::EmptyRule::score}, {"nan", tn::EmptyRule::nan}, {"drop", tn::EmptyRule::drop}},
           "RULE", "cases with empty masks: score, nan or drop");
  f.choice("distance-unit", o.eval.surface.millimetres, {{"px", false}, {"mm", true}}, "UNIT",
           "distances in px, or in mm by the records' spacing_mm");
  f.choice("hd95-form", o.eval.surface.hd95,
           {{"larger", tn::Hd95Form::larger},
            {"pooled", tn::Hd95Form::pooled},
            {"surface-distance", tn::Hd95Form::surface_distance}},
           "FORM", "HD95: larger (MONAI), pooled (MedPy) or surface-distance (DeepMind)");
  f.choice("nsd-form", o.eval.surface.nsd,
           {{"border", tn::NsdForm::border}, {"surface-distance", tn::NsdForm::surface_distance}}, "FORM",
           "NSD: border (MONAI) or surface-distance (DeepMind)");
  f.repeated("nsd-tolerance", o.nsd_tolerances, "D", "distance within which borders agree; default: 2");
  f.optional("bootstrap", o.eval.intervals.resamples, "N", "resamples of patients for intervals; 0: none");
  f.choice("interval", o.eval.intervals.method,
           {{"percentile", tn::IntervalMethod::percentile}, {"bca", tn::IntervalMethod::bca}}, "METHOD",
           "percentile, or bca: corrected for bias and acceleration");
  f.optional("confidence", o.eval.intervals.confidence, "SHARE",
             "how often such intervals hold the true value");
  f.optional("seed", o.seed, "N", "seed of the resamples");
  f.toggle("explain-metrics", o.explain, "print what every number means and exit");
  f.once();
  f.section("Gate");
  f.optional("baseline", o.baseline, "REPORT", "fail where the numbers are worse than in this report");
  f.repeated("gate", o.gate.metrics, "METRIC",
             "look at this metric or family alone, such as dice.mean or class");
  f.repeated("tolerance", o.tolerances, "METRIC=ABS[,REL]",
             "how much worse is no failure; default: 0.01, of distances and log loss 5 %, of counts 0");
  f.choice("gate-rule", o.gate.rule,
           {{"both", tn::GateRule::both},
            {"tolerance", tn::GateRule::tolerance},
            {"interval", tn::GateRule::interval}},
           "RULE", "fail by tolerance and paired interval both, by tolerance or by interval");
  f.toggle("accept-inconclusive", o.gate.accept_inconclusive, "pass where the interval includes no change");
  f.section("Comparison");
  f.toggle("compare", o.compare, "the operands are reports of --json: test each against the first");
  f.once();
  f.optional("permutations", o.permutations, "N", "draws of a permutation test with more than 16 units");
  f.section("Computing");
  f.optional("jobs,j", o.eval.jobs, "N", "threads; 0: every core");
  f.unrecorded();
  f.from_environment("TN_JOBS");
  f.toggle("fail-fast", o.eval.fail_fast, "stop at the first record that fails");
  return f;
}

void set_tolerances(Options& o) {
  if (!o.nsd_tolerances.empty()) o.eval.surface.tolerances.clear();
  for (const std::string& text : o.nsd_tolerances) {
    const auto tolerance = tn::parse_double(text);
    if (!tolerance) throw tn::Error(tn::Exit::usage, "'{}' is no tolerance for NSD", text);
    o.eval.surface.tolerances.push_back(*tolerance);
  }
  tn::check(o.eval.surface);
}

tn::Exit explain(const tn::SurfaceOptions& surface) {
  tn::TextOutput out("-", false);
  out.write(tn::explain_text(surface));
  out.finish();
  return tn::Exit::ok;
}

tn::Exit compare(const Options& o, const tn::Invocation& call) {
  if (o.inputs.size() < 2) throw tn::Error(tn::Exit::usage, "--compare needs two reports or more");
  if (o.baseline || o.outputs.per_case || o.outputs.junit)
    throw tn::Error(tn::Exit::usage,
                    "--compare goes with --markdown and --json alone, and without --baseline");
  if (o.permutations < 1) throw tn::Error(tn::Exit::usage, "{} permutations", o.permutations);
  std::vector<tn::StoredReport> reports;
  for (const std::string& path : o.inputs) reports.push_back(tn::read_report(path));
  tn::IntervalOptions intervals = o.eval.intervals;
  intervals.jobs = o.eval.jobs;
  const tn::Comparison found = tn::compare_reports(reports, intervals, o.permutations);
  if (o.outputs.json) {
    tn::TextOutput out(*o.outputs.json, o.outputs.force);
    out.write(tn::comparison_json(found, intervals, o.permutations));
    out.finish();
  }
  if (o.outputs.markdown || !o.outputs.json) {
    tn::TextOutput out(o.outputs.markdown.value_or("-"), o.outputs.force);
    out.write(tn::comparison_markdown(found, intervals, o.permutations));
    out.finish();
  }
  call.log.note(fmt::format("{} reports of {} cases compared", reports.size(), found.cases));
  return tn::Exit::ok;
}

// Reads the baseline before the work, so that a wrong one is refused at once.
std::optional<tn::StoredReport> prepare_gate(Options& o) {
  for (const std::string& text : o.tolerances) o.gate.tolerances.push_back(tn::parse_tolerance(text));
  if (!o.baseline) {
    if (o.outputs.junit || !o.gate.metrics.empty() || !o.tolerances.empty() || o.gate.accept_inconclusive)
      throw tn::Error(tn::Exit::usage, "options of the gate need --baseline");
    return std::nullopt;
  }
  tn::StoredReport baseline = tn::read_report(*o.baseline);
  tn::check(o.gate, baseline, o.eval.intervals);
  return baseline;
}

tn::GateResult gate(const tn::StoredReport& baseline, const tn::Report& report, const Options& o) {
  return tn::gate(baseline, tn::parse_report(tn::report_json(report), "this run"), o.gate,
                  report.evaluation.intervals);
}

tn::Exit run(Options o, const tn::Invocation& call) {
  set_tolerances(o);
  if (o.explain) return explain(o.eval.surface);
  for (const std::string& text : o.select) o.eval.selection.conditions.push_back(tn::parse_condition(text));
  o.eval.intervals.seed = static_cast<std::uint64_t>(o.seed);
  tn::check(o.eval);
  tn::check(o.outputs);
  if (o.compare) return compare(o, call);
  if (o.inputs.size() > 1)
    throw tn::Error(tn::Exit::usage, "one manifest at most; reports go with --compare");
  const std::optional<tn::StoredReport> baseline = prepare_gate(o);
  const tn::InterruptScope interruptible;

  tn::ManifestReader reader(o.inputs.empty() ? "-" : o.inputs.front(), o.read);
  tn::Header header = reader.header();
  if (!o.no_pg) header.add_program(call.program, call.command_line);
  tn::Outputs outputs(o.outputs, header);
  tn::Progress progress(call.program, "cases", 0, call.progress);
  tn::Evaluation evaluation =
      tn::evaluate(reader, o.eval, [&](const tn::Record& record, const tn::CaseScore& score) {
        if (score.failed_here) call.log.error(fmt::format("{}: {}", score.id, *score.error));
        call.log.detail(tn::case_line(score));
        outputs.add(record);
        progress.advance();
      });
  evaluation.header = header;
  tn::Report report = tn::make_report(std::move(evaluation));
  if (baseline) report.gate = gate(*baseline, report, o);
  outputs.finish(report);
  call.log.note(tn::headline(report));
  const std::string missing = tn::shortfall(report.summary.counts);
  if (!missing.empty()) call.log.warning(fmt::format("not scored: {}", missing));
  if (report.gate) {
    const std::string line = fmt::format("gate: {}", report.gate->line);
    report.gate->exit == tn::Exit::ok ? call.log.note(line) : call.log.error(line);
    if (report.gate->exit != tn::Exit::ok) return report.gate->exit;
  }
  return report.summary.counts.failed_here > 0 ? tn::Exit::partial : tn::Exit::ok;
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  return tn::run_tool(argc, argv, flags(o), [&](const tn::Invocation& call) { return run(o, call); });
}
