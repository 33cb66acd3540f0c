#include "libcore/eval/report.hpp"

#include <fmt/ranges.h>

#include "libcore/base/error.hpp"

namespace tn {

std::string shortfall(const CaseCounts& counts) {
  std::vector<std::string> parts;
  const auto add = [&](std::int64_t n, const char* what) {
    if (n > 0) parts.push_back(fmt::format("{} {}", n, what));
  };
  add(counts.failed, "failed");
  add(counts.mask_missing, "without a predicted mask");
  add(counts.class_missing, "without a probability");
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string headline(const Report& report) {
  const Summary& summary = report.summary;
  const auto number = [](const std::optional<double>& value) {
    return value ? fmt::format("{:.3f}", *value) : std::string("undefined");
  };
  return fmt::format("{} masks: Dice {} (mean); {} labels: AUROC {}", summary.counts.mask_scored,
                     number(summary.overlap.front().over_cases.mean), summary.counts.class_scored,
                     number(class_value(summary.classes, "auroc")));
}

std::string case_line(const CaseScore& score) {
  if (score.error) return score.id + ": failed";
  return score.counts ? fmt::format("{}: Dice {:.3f}", score.id, dice(*score.counts))
                      : score.id + ": no mask scored";
}

void check(const ReportOptions& options) {
  check(options.operating);
  if (options.worst < 0) throw Error(Exit::usage, "{} worst cases", options.worst);
}

Report make_report(Evaluation evaluation, const ReportOptions& options) {
  Report report;
  report.summary = summarize(evaluation.cases, evaluation.empty, evaluation.threshold, evaluation.surface);
  if (!report.summary.any_scored()) {
    const std::string why = shortfall(report.summary.counts);
    throw Error(Exit::bad_data,
                "no case can be evaluated: of {} records none has both a truth and a prediction{}",
                report.summary.counts.records, why.empty() ? "" : " (" + why + ")");
  }
  report.intervals = intervals(evaluation.cases, evaluation.empty, evaluation.threshold, evaluation.surface,
                               evaluation.intervals);
  report.subgroups = subgroups(evaluation.cases, evaluation.by, evaluation.empty, evaluation.threshold,
                               evaluation.surface, evaluation.intervals);
  report.operating = operating(evaluation.cases, options.operating, evaluation.intervals);
  report.worst = worst_cases(evaluation.cases, evaluation.empty, evaluation.threshold, options.worst);
  report.evaluation = std::move(evaluation);
  return report;
}

}  // namespace tn
