// Two or more runs over the same cases, each against the first, with paired tests.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libcore/eval/bootstrap.hpp"
#include "libcore/eval/stored_report.hpp"

namespace tn {

struct CompareRow {
  std::string metric;  // a statistic: "dice.mean", "class.auroc", "class.accuracy"
  double first = 0;    // over the cases that both have
  double other = 0;
  std::optional<double> low, high;  // interval of other less first
  std::string test;                 // "sign-flip", "Wilcoxon", "DeLong", "Obuchowski", "McNemar"
  std::optional<double> p;          // nothing: no difference
  std::optional<double> holm;       // corrected over all p of this test in the comparison
  bool exact = false;
  std::int64_t zeros = 0;  // units without a difference
};

struct Comparison {
  std::vector<std::string> names;   // of the reports
  std::vector<std::string> hashes;  // of the records that each was made from
  std::string unit;                 // see Units
  std::size_t units = 0;
  std::size_t cases = 0;
  std::vector<std::vector<CompareRow>> rows;  // of each report but the first
};

// Throws Error(undecided) if cases or definitions differ; reports: two at least.
Comparison compare_reports(const std::vector<StoredReport>& reports, const IntervalOptions& options,
                           std::int64_t permutations);

std::string comparison_markdown(const Comparison& comparison, const IntervalOptions& options,
                                std::int64_t permutations);
std::string comparison_json(const Comparison& comparison, const IntervalOptions& options,
                            std::int64_t permutations);

}  // namespace tn
