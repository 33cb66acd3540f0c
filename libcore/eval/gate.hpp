// The regression gate: a run against the report of an earlier one, the baseline.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libcore/base/error.hpp"
#include "libcore/eval/bootstrap.hpp"
#include "libcore/eval/stored_report.hpp"

namespace tn {

// What makes a metric fail.
enum class GateRule {
  both,       // worse than the tolerance, and the paired interval excludes no change
  tolerance,  // the first alone
  interval,   // the second alone
};

// How much worse a metric may be: the larger of the two.
struct Tolerance {
  std::string metric;  // a statistic ("dice.mean"), a family ("dice", "class"), or a count ("counts.failed")
  double absolute = 0;
  double relative = 0;  // of the baseline's value
};
Tolerance parse_tolerance(const std::string& text);  // "METRIC=ABS[,REL]"; throws Error(usage)

struct GateOptions {
  std::vector<Tolerance> tolerances;  // the last that fits counts; default: 0.01, of what is open-ended 5 %
  std::vector<std::string> metrics;   // names or families to look at; none: all that the baseline has
  GateRule rule = GateRule::both;
  bool accept_inconclusive = false;
};

enum class Verdict { pass, fail, inconclusive, no_number, vanished };
std::string_view verdict_name(Verdict verdict);

struct GateRow {
  std::string metric;
  double baseline = 0;
  std::optional<double> current;
  double worse_by = 0;  // negative: better
  double tolerance = 0;
  std::optional<double> low, high;  // interval of current less baseline
  Verdict verdict = Verdict::pass;
};

struct GateResult {
  std::string baseline;                // its name
  std::vector<std::string> obstacles;  // why the two cannot be compared at all; then there are no rows
  std::vector<GateRow> rows;           // in the baseline's order, counts first
  Exit exit = Exit::ok;
  std::string line;  // the verdict in one line
};

// The cases of `now` in the order of `before`. Why the two cannot be compared goes to `obstacles`: another
// definition, other cases, another truth.
std::vector<CaseScore> comparable_cases(std::vector<std::string>& obstacles, const StoredReport& before,
                                        const StoredReport& now);

// Throws Error(usage) for a tolerance or metric that the baseline does not have, or a rule that needs
// intervals without resamples.
void check(const GateOptions& options, const StoredReport& baseline, const IntervalOptions& intervals);

GateResult gate(const StoredReport& baseline, const StoredReport& current, const GateOptions& options,
                const IntervalOptions& intervals);

std::string gate_markdown(const GateResult& result);
nlohmann::ordered_json gate_json(const GateResult& result);
std::string gate_junit(const GateResult& result);

}  // namespace tn
