// tn-eval: a manifest with predictions in, a report out; or reports in, tests or a table out.
#include <opencv2/core/utility.hpp>

#include "libcore/base/memory.hpp"
#include "libcore/cli/run_tool.hpp"
#include "tools/eval/modes.hpp"
#include "tools/eval/options.hpp"
#include "tools/select_watch.hpp"

namespace {

using tn::evaluation::Options;

tn::Flags flags(Options& o) {
  tn::Flags f({"tn-eval",
               "Compares predicted masks and classes with the truth: a report, and metrics for each case.",
               "[OPTION]... [MANIFEST]"});
  f.operands(o.inputs, "manifest", 0, 1000);
  f.section("Input");
  f.optional("root", o.eval.root, "DIR", "folder that the records' paths start from");
  f.repeated("select", o.select, "KEY=VALUE", "take only records whose KEY has this VALUE; also KEY!=VALUE");
  f.optional("limit", o.eval.selection.limit, "N", "take at most N records");
  f.toggle("allow-truncated", o.read.allow_truncated, "take a manifest whose end record is missing");
  f.optional("max-pixels", o.eval.max_pixels, "N", "refuse images with more pixels");
  f.section("Output");
  f.optional("markdown", o.outputs.markdown, "FILE",
             "write the report for readers; - is stdout, and the default if no output is named");
  f.optional("json", o.outputs.json, "FILE", "write the report for programs, tn-report(5); - is stdout");
  f.optional("per-case", o.outputs.per_case, "FILE", "write the records with their metrics; - is stdout");
  f.optional("csv", o.outputs.csv, "FILE", "write a line for each case with its metrics; - is stdout");
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
  f.optional("worst", o.report.worst, "N", "name the N cases with the lowest Dice, and N surest wrong calls");
  f.toggle("explain-metrics", o.explain, "print what every number means and exit");
  f.once();
  f.section("Operating points");
  f.repeated("at-sensitivity", o.at_sensitivity, "SHARE", "specificity where the sensitivity reaches SHARE");
  f.repeated("at-specificity", o.at_specificity, "SHARE", "sensitivity where the specificity reaches SHARE");
  f.repeated("at-threshold", o.at_threshold, "P", "sensitivity, specificity, PPV and NPV at this threshold");
  f.toggle("decision-curve", o.report.operating.decision_curve,
           "net benefit of acting on the model, over thresholds from 0.01 to 0.99");
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
  f.section("Table");
  f.toggle("table", o.table, "the operands are reports of --json: one table, a row for each");
  f.once();
  f.optional("latex", o.latex, "FILE", "write the table for LaTeX with booktabs; - is stdout");
  f.repeated("metric", o.joint.metrics, "METRIC", "a column, such as dice.median; default: the usual ones");
  f.repeated("name", o.joint.names, "NAME",
             "of a row, or of a reader, in the order of the operands; default: from the paths");
  f.optional("digits", o.joint.digits, "N", "digits after the point");
  f.section("Readers");
  f.toggle("agreement", o.agreement,
           "the operands are manifests, each with a reader's masks and labels: compare every pair");
  f.once();
  f.repeated("predicted", o.predicted, "MANIFEST", "a model's predictions, to compare with every reader");
  f.section("Challenge");
  f.optional("submission", o.submission, "FILE", "write the predictions as a zip for TN-SCUI 2020");
  f.once();
  f.optional("submission-cases", o.submission_cases, "N",
             "images of the test set, all of which must be there");
  f.section("Computing");
  f.optional("jobs,j", o.eval.jobs, "N", "threads; 0: every core");
  f.unrecorded();
  f.from_environment("TN_JOBS");
  f.toggle("fail-fast", o.eval.fail_fast, "stop at the first record that fails");
  return f;
}

tn::Exit run(const Options& given, const tn::Invocation& call) {
  Options o = tn::evaluation::settled(given, call);
  const tn::SelectWatch watch(o.eval.selection, call.log);
  tn::keep_freed_memory();
  cv::setNumThreads(1);  // the records are what runs in parallel
  if (o.explain) return tn::evaluation::explain_metrics(o);
  if (o.compare) return tn::evaluation::compare_runs(o, call);
  if (o.table) return tn::evaluation::print_table(o, call);
  if (o.agreement) return tn::evaluation::compare_readers(o, call);
  if (o.submission) return tn::evaluation::write_submission(o, call);
  return tn::evaluation::evaluate_manifest(o, call);
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  return tn::run_tool(argc, argv, flags(o), [&](const tn::Invocation& call) { return run(o, call); });
}
