// The work on finished reports: paired tests and the joint table.
#include "libcore/eval/compare.hpp"
#include "tools/eval/modes.hpp"

namespace tn::evaluation {
namespace {

std::vector<StoredReport> read_reports(const std::vector<std::string>& paths) {
  std::vector<StoredReport> reports;
  reports.reserve(paths.size());
  for (const std::string& path : paths) reports.push_back(read_report(path));
  return reports;
}

}  // namespace

Exit compare_runs(const Options& o, const Invocation& call) {
  const std::vector<StoredReport> reports = read_reports(o.inputs);
  IntervalOptions intervals = o.eval.intervals;
  intervals.jobs = o.eval.jobs;
  const Comparison found = compare_reports(reports, intervals, o.permutations);
  if (o.outputs.json)
    write_text(*o.outputs.json, o.outputs.force, comparison_json(found, intervals, o.permutations));
  if (o.outputs.markdown || !o.outputs.json)
    write_text(o.outputs.markdown.value_or("-"), o.outputs.force,
               comparison_markdown(found, intervals, o.permutations));
  call.log.note(fmt::format("{} reports of {} cases compared", reports.size(), found.cases));
  return Exit::ok;
}

Exit print_table(const Options& o, const Invocation& call) {
  const JointTable table = joint_table(read_reports(o.inputs), o.joint);
  if (o.latex) write_text(*o.latex, o.outputs.force, table_latex(table));
  if (o.outputs.markdown || !o.latex)
    write_text(o.outputs.markdown.value_or("-"), o.outputs.force, table_markdown(table));
  call.log.note(fmt::format("{} runs in {} columns", table.rows.size(), table.columns.size()));
  return Exit::ok;
}

}  // namespace tn::evaluation
