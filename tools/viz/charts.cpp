// Charts of evaluated cases and of reports.
#include <fmt/format.h>

#include <algorithm>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/plot/case_charts.hpp"
#include "tools/viz/commands.hpp"
#include "tools/viz/options.hpp"

namespace tn::viz {
namespace {

constexpr std::size_t kMostRuns = 6;  // as many as there are colours
constexpr const char* kSynopsis = "[OPTION]... -o FILE [CASES]...";

Flags case_flags(Options& o, const char* name, const char* summary, bool several) {
  Flags f({std::string("tn-viz ") + name, summary, several ? kSynopsis : "[OPTION]... -o FILE [CASES]"});
  f.operands(o.inputs, "records or report", 0, several ? kMostRuns : 1);
  add_records(f, o);
  add_picture(f, o);
  add_theme(f, o.theme);
  if (several) add_names(f, o);
  return f;
}

void add_band(Flags& f, Options& o) {
  f.section("Band");
  f.optional("bootstrap", o.band.resamples, "N", "resamples of the patients; 0: no band");
  f.optional("confidence", o.band.confidence, "SHARE", "of the resamples that the band holds");
  f.optional("seed", o.seed, "N", "seed of the resamples");
}

IntervalOptions band_of(const Options& o) {
  IntervalOptions band = o.band;
  band.seed = static_cast<std::uint64_t>(o.seed);
  check(band);
  return band;
}

Exit write(const Options& o, const Invocation& call, const std::vector<Chart>& charts, int height) {
  write_whole(o.output, draw_panels(charts, 560, height, picture_format(o.output), theme_of(o.theme)),
              o.force);
  call.log.note(o.output);
  return Exit::ok;
}

Flags roc_flags(Options& o) {
  Flags f = case_flags(o, "roc", "Draws ROC curves with their bands.", true);
  add_band(f, o);
  return f;
}

Exit roc(const Options& o, const Invocation& call) {
  picture_format(o.output);
  return write(o, call, {roc_chart(load_runs(o, call.log), band_of(o))}, 520);
}

Flags pr_flags(Options& o) {
  Flags f = case_flags(o, "pr", "Draws curves of precision over recall with their bands.", true);
  add_band(f, o);
  return f;
}

Exit pr(const Options& o, const Invocation& call) {
  picture_format(o.output);
  return write(o, call, {pr_chart(load_runs(o, call.log), band_of(o))}, 520);
}

Flags reliability_flags(Options& o) {
  return case_flags(o, "reliability", "Draws how true probabilities of malignancy are.", true);
}

Exit reliability(const Options& o, const Invocation& call) {
  picture_format(o.output);
  return write(o, call, reliability_charts(load_runs(o, call.log)), 380);
}

Flags confusion_flags(Options& o) {
  Flags f = case_flags(o, "confusion", "Draws the counts of right and wrong classes.", false);
  f.optional("threshold", o.threshold, "P",
             "malignant from this probability on; default: the report's or model's");
  return f;
}

Exit confusion(const Options& o, const Invocation& call) {
  const PictureFormat format = picture_format(o.output);
  if (o.threshold && !(*o.threshold >= 0 && *o.threshold <= 1))
    throw Error(Exit::usage, "a threshold of {} is not in [0,1]", *o.threshold);
  const CaseRun run = load_runs(o, call.log).front();
  Canvas canvas(format, 520, 480, theme_of(o.theme));
  draw_confusion(canvas, run, o.threshold.value_or(run.threshold), {14, 14, 492, 452});
  write_whole(o.output, canvas.finish(), o.force);
  call.log.note(o.output);
  return Exit::ok;
}

Flags box_flags(Options& o) {
  Flags f = case_flags(o, "box", "Draws how a metric is spread in each subgroup.", false);
  f.optional("metric", o.metric, "NAME", "of the records' metrics");
  f.optional("by", o.by, "KEY", "key of the records whose values are the subgroups");
  f.toggle("violin", o.violin, "draw each box in the density of its values");
  return f;
}

void warn_of_absent_by(const Options& o, const CaseRun& run, const Log& log) {
  KeyWatch by({o.by});
  for (const Record& record : run.records) by.note(record);
  for (const std::string& key : by.absent())
    log.warning(fmt::format("--by: no record has the key '{}'", key));
}

Exit box(const Options& o, const Invocation& call) {
  picture_format(o.output);
  const CaseRun run = load_runs(o, call.log).front();
  if (call.has_typed("by")) warn_of_absent_by(o, run, call.log);
  return write(o, call, {box_chart(run, o.metric, o.by, o.violin)}, 400);
}

Flags area_flags(Options& o) {
  return case_flags(o, "area", "Draws predicted less drawn area over their mean (Bland and Altman).", false);
}

Exit area(const Options& o, const Invocation& call) {
  picture_format(o.output);
  return write(o, call, {area_chart(load_runs(o, call.log).front())}, 400);
}

Flags sweep_flags(Options& o) {
  Flags f({"tn-viz sweep", "Draws metrics of several reports over a number that differs between them.",
           "[OPTION]... -o FILE NUMBER=REPORT..."});
  f.operands(o.inputs, "NUMBER=REPORT", 1, 1000);
  add_picture(f, o);
  add_theme(f, o.theme);
  f.repeated("metric", o.metrics, "NAME", "a metric of the reports, a panel each");
  f.optional("x-label", o.x_label, "TEXT", "what the number is");
  return f;
}

Exit sweep(const Options& o, const Invocation& call) {
  picture_format(o.output);
  std::vector<std::pair<double, std::string>> operands;
  for (const std::string& text : o.inputs) operands.push_back(parse_sweep_operand(text));
  std::vector<SweepPoint> points;
  points.reserve(operands.size());
  for (const auto& [x, path] : operands) points.push_back({x, read_report(path)});
  std::vector<Chart> charts;
  for (const std::string& metric : o.metrics) charts.push_back(sweep_chart(points, metric, o.x_label));
  return write(o, call, charts, 300);
}

}  // namespace

std::vector<Command> chart_commands() {
  return {command("roc", "ROC curves", roc_flags, roc),
          command("pr", "precision and recall", pr_flags, pr),
          command("reliability", "probabilities and what became of them", reliability_flags, reliability),
          command("confusion", "right and wrong classes", confusion_flags, confusion),
          command("box", "a metric by subgroup", box_flags, box),
          command("area", "predicted and drawn area", area_flags, area),
          command("sweep", "metrics over a number, such as alpha", sweep_flags, sweep)};
}

}  // namespace tn::viz
