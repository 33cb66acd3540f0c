// One table over many reports, as a paper prints it: a row for each run, a column for each metric.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libcore/eval/stored_report.hpp"

namespace tn {

struct TableOptions {
  std::vector<std::string> metrics;  // of the columns: "dice.mean", "dice.median", "class.auroc"; none: the
                                     // usual ones that some report has
  std::vector<std::string> names;    // of the rows, in order; none: what tells the files' paths apart
  std::int64_t digits = 3;           // after the point, 1 to 9
};

struct TableColumn {
  std::string metric;
  std::string title;  // "Dice (mean)", "HD95 (px)"
  int better = 0;     // 1: high is good, -1: low, 0: neither
};

struct TableCell {
  std::optional<double> value;      // nothing: the run does not have it, or it is undefined there
  std::optional<double> low, high;  // of its interval
  bool best = false;                // of its column as it is printed; so may be several
};

struct TableRow {
  std::string name;
  std::vector<TableCell> cells;
};

struct JointTable {
  std::vector<TableColumn> columns;
  std::vector<TableRow> rows;
  std::vector<std::string> notes;  // sentences: what the intervals are, what was not scored
  std::int64_t digits = 3;
};

// A best value is named only where all reports are of the same cases. Throws Error(usage) for a metric that
// no report could have, names that are not as many as reports or not different; Error(undecided) where the
// rule for empty masks, the unit or a form differs.
JointTable joint_table(const std::vector<StoredReport>& reports, const TableOptions& options);

// What tells paths apart: "runs/a/report.json" and "runs/b/report.json" are "a" and "b".
std::vector<std::string> short_names(const std::vector<std::string>& paths);

std::string table_markdown(const JointTable& table);
std::string table_latex(const JointTable& table);  // a tabular for the package booktabs; notes as comments

}  // namespace tn
