// What a report says, before it becomes JSON or Markdown.
#pragma once

#include <string>
#include <vector>

#include "libcore/eval/evaluate.hpp"
#include "libcore/eval/gate.hpp"
#include "libcore/eval/subgroups.hpp"

namespace tn {

struct Report {
  Evaluation evaluation;
  Summary summary;
  std::optional<Intervals> intervals;
  std::vector<Subgroup> subgroups;
  std::optional<GateResult> gate;  // with a baseline
};

// Throws Error(bad_data) if no case has both a truth and a prediction.
Report make_report(Evaluation evaluation);

// Why records went unscored, for people: "2 failed, 1 without a predicted mask"; empty if all were scored.
std::string shortfall(const CaseCounts& counts);

// One line each: "5 masks: Dice 0.550 (mean); 4 labels: AUROC 0.750", and "3_1: Dice 0.750".
std::string headline(const Report& report);
std::string case_line(const CaseScore& score);

std::string report_json(const Report& report);      // tn-report(5); ends with a line end
std::string report_markdown(const Report& report);  // the same for a reader, three decimals

}  // namespace tn
