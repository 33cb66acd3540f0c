// What a report says, before it becomes JSON or Markdown.
#pragma once

#include <string>
#include <vector>

#include "libcore/eval/evaluate.hpp"
#include "libcore/eval/gate.hpp"
#include "libcore/eval/operating.hpp"
#include "libcore/eval/subgroups.hpp"
#include "libcore/eval/worst.hpp"

namespace tn {

struct Report {
  Evaluation evaluation;
  Summary summary;
  std::optional<Intervals> intervals;
  std::vector<Subgroup> subgroups;
  std::optional<Operating> operating;
  Worst worst;
  std::optional<GateResult> gate;  // with a baseline
};

struct ReportOptions {
  OperatingOptions operating;
  std::int64_t worst = 10;  // cases of each kind that are named as the worst
};
void check(const ReportOptions& options);  // throws Error(usage)

// Throws Error(bad_data) if no case has both a truth and a prediction.
Report make_report(Evaluation evaluation, const ReportOptions& options = {});

// Why records went unscored, for people: "2 failed, 1 without a predicted mask"; empty if all were scored.
std::string shortfall(const CaseCounts& counts);

// One line each: "5 masks: Dice 0.550 (mean); 4 labels: AUROC 0.750", and "3_1: Dice 0.750".
std::string headline(const Report& report);
std::string case_line(const CaseScore& score);

std::string report_json(const Report& report);      // tn-report(5); ends with a line end
std::string report_markdown(const Report& report);  // the same for a reader, three decimals

}  // namespace tn
