#include "libcore/eval/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "libcore/base/error.hpp"
#include "libcore/eval/gate.hpp"
#include "libcore/eval/paired_tests.hpp"

namespace tn {
namespace {

using Json = nlohmann::ordered_json;
using namespace nlohmann::literals;

struct Runs {
  const StoredReport& first;
  const StoredReport& other;
  std::vector<CaseScore> a, b;  // the same cases in the same order
  Units units;
};

// The metric's number for a case; k counts the overlap metrics, then those of place and distance.
std::optional<double> value_of_case(const CaseScore& one, std::size_t k, EmptyRule rule) {
  if (one.error || !one.counts || dropped(*one.counts, rule)) return std::nullopt;
  const auto overlaps = overlap_metrics();
  if (k < overlaps.size()) return value_of(overlaps[k], *one.counts, rule);
  return one.geometry->values.at(k - overlaps.size());
}

void add_case_metric(std::vector<CompareRow>& rows, const Runs& runs, const std::string& name, std::size_t k,
                     const IntervalOptions& options, std::int64_t permutations) {
  std::vector<double> sums(runs.units.count), counts(runs.units.count);
  CompareRow row;
  row.metric = name;
  double cases = 0;
  for (std::size_t i = 0; i < runs.a.size(); ++i) {
    const auto a = value_of_case(runs.a[i], k, runs.first.empty),
               b = value_of_case(runs.b[i], k, runs.first.empty);
    if (!a || !b) continue;
    ++cases;
    row.first += *a;
    row.other += *b;
    sums[runs.units.of_case[i]] += *b - *a;
    counts[runs.units.of_case[i]] += 1;
  }
  if (cases == 0) return;
  row.first /= cases;
  row.other /= cases;
  std::vector<double> present, means;
  for (std::size_t unit = 0; unit < sums.size(); ++unit) {
    if (counts[unit] == 0) continue;
    present.push_back(sums[unit]);
    means.push_back(sums[unit] / counts[unit]);
  }
  const auto add = [&](const char* test, const PairedTest& found) {
    row.test = test;
    row.p = found.p;
    row.exact = found.exact;
    row.zeros = found.zeros;
    rows.push_back(row);
  };
  add("sign-flip", sign_flip(present, permutations, options.seed));
  add("Wilcoxon", wilcoxon(means));
}

void add_classes(std::vector<CompareRow>& rows, const Runs& runs) {
  std::vector<ScoredCase> a, b;
  std::vector<std::uint32_t> units;
  double right_a = 0, right_b = 0;
  std::int64_t only_a = 0, only_b = 0;
  for (std::size_t i = 0; i < runs.a.size(); ++i) {
    const CaseScore &one = runs.a[i], &two = runs.b[i];
    if (one.error || two.error || !one.malignant || !one.p_malignant || !two.p_malignant) continue;
    a.push_back({*one.p_malignant, *one.malignant});
    b.push_back({*two.p_malignant, *one.malignant});
    units.push_back(runs.units.of_case[i]);
    const bool first = (*one.p_malignant >= runs.first.threshold) == *one.malignant;
    const bool other = (*two.p_malignant >= runs.other.threshold) == *one.malignant;
    right_a += first;
    right_b += other;
    only_a += first && !other;
    only_b += other && !first;
  }
  if (const auto found = compare_auroc(b, a, units)) {
    CompareRow row;
    row.metric = "class.auroc";
    row.first = *auroc(a);
    row.other = *auroc(b);
    row.test = runs.units.one_case_each ? "DeLong" : "Obuchowski";
    row.p = found->p;
    rows.push_back(row);
  }
  if (a.empty() || !runs.units.one_case_each) return;
  const PairedTest found = mcnemar(only_a, only_b);
  CompareRow row;
  row.metric = "class.accuracy";
  row.first = right_a / static_cast<double>(a.size());
  row.other = right_b / static_cast<double>(a.size());
  row.test = "McNemar";
  row.p = found.p;
  row.exact = true;
  row.zeros = static_cast<std::int64_t>(a.size()) - only_a - only_b;
  rows.push_back(row);
}

void add_intervals(std::vector<CompareRow>& rows, const Runs& runs, const IntervalOptions& options) {
  if (options.resamples == 0) return;
  const Sample a(runs.a, runs.units, runs.first.empty, runs.first.threshold, runs.first.surface);
  const Sample b(runs.b, runs.units, runs.first.empty, runs.other.threshold, runs.first.surface);
  const std::vector<Interval> found = paired_intervals(a, b, statistics(runs.first.surface), options);
  for (CompareRow& row : rows)
    for (const Interval& one : found)
      if (one.name == row.metric) {
        row.low = one.low;
        row.high = one.high;
      }
}

std::vector<CompareRow> rows_of(const Runs& runs, const IntervalOptions& options, std::int64_t permutations) {
  std::vector<CompareRow> rows;
  std::vector<std::string> names;
  for (const OverlapMetric& metric : overlap_metrics()) names.emplace_back(metric.name);
  for (const GeometryMetric& metric : geometry_metrics(runs.first.surface)) names.push_back(metric.name);
  for (std::size_t k = 0; k < names.size(); ++k)
    add_case_metric(rows, runs, names[k] + ".mean", k, options, permutations);
  add_classes(rows, runs);
  add_intervals(rows, runs, options);
  return rows;
}

void correct(Comparison& comparison) {
  std::map<std::string, std::vector<CompareRow*>> of_test;
  for (auto& rows : comparison.rows)
    for (CompareRow& row : rows)
      if (row.p) of_test[row.test].push_back(&row);
  for (auto& [test, rows] : of_test) {
    std::vector<double> p;
    for (const CompareRow* row : rows) p.push_back(*row->p);
    const std::vector<double> corrected = holm(p);
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i]->holm = corrected[i];
  }
}

std::string p_text(const std::optional<double>& p) {
  return !p ? "–" : *p < 0.0001 ? "< 0.0001" : fmt::format("{:.4f}", *p);
}

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

}  // namespace

Comparison compare_reports(const std::vector<StoredReport>& reports, const IntervalOptions& options,
                           std::int64_t permutations) {
  const StoredReport& first = reports.front();
  Comparison result;
  const Units units = units_of(first.cases);
  result.unit = units.name;
  result.units = units.count;
  result.cases = first.cases.size();
  for (const StoredReport& report : reports) {
    result.names.push_back(report.name);
    const Json hash = report.json.value("/made_from/records"_json_pointer, Json());
    if (!hash.is_string()) throw Error(Exit::bad_data, "{}: 'made_from.records' is no text", report.name);
    result.hashes.push_back(hash.get<std::string>());
  }
  for (std::size_t i = 1; i < reports.size(); ++i) {
    std::vector<std::string> obstacles;
    std::vector<CaseScore> cases = comparable_cases(obstacles, first, reports[i]);
    if (obstacles.empty() && first.surface.tolerances != reports[i].surface.tolerances)
      obstacles.emplace_back("other definition: NSD has other tolerances");
    if (!obstacles.empty())
      throw Error(Exit::undecided, "{} and {}: {}", first.name, reports[i].name, obstacles.front());
    const Runs runs{first, reports[i], first.cases, std::move(cases), units};
    result.rows.push_back(rows_of(runs, options, permutations));
  }
  correct(result);
  return result;
}

std::string comparison_markdown(const Comparison& comparison, const IntervalOptions& options,
                                std::int64_t permutations) {
  std::string text = fmt::format("# Comparison\n\n{} cases; the unit of every test is the {} ({} of them).\n",
                                 comparison.cases, comparison.unit, comparison.units);
  for (std::size_t i = 0; i < comparison.rows.size(); ++i) {
    text += fmt::format("\n## {} against {}\n\n", comparison.names[i + 1], comparison.names[0]);
    text += "| Metric | First | Other | Interval of the change | Test | p | p, Holm | No change |\n";
    text += "| --- | ---: | ---: | ---: | --- | ---: | ---: | ---: |\n";
    for (const CompareRow& row : comparison.rows[i])
      text += fmt::format("| {} | {:.4f} | {:.4f} | {} | {}{} | {} | {} | {} |\n", row.metric, row.first,
                          row.other, row.low ? fmt::format("{:.4f} to {:.4f}", *row.low, *row.high) : "–",
                          row.test, row.exact ? ", exact" : "", p_text(row.p), p_text(row.holm), row.zeros);
  }
  return text +
         fmt::format(
             "\nTests are two-sided; units without a change are left out. sign-flip: the sum of whole "
             "units, all outcomes up to 16 units, else {} draws (seed {}). Wilcoxon: means of units, ties "
             "share ranks. Holm: over all p of the same test. Intervals: {} resamples, {}.\n",
             permutations, options.seed, options.resamples, method_name(options.method));
}

std::string comparison_json(const Comparison& comparison, const IntervalOptions& options,
                            std::int64_t permutations) {
  Json json{{"tn", "comparison"},
            {"v", 1},
            {"first", comparison.names[0]},
            {"made_from", comparison.hashes},
            {"unit", comparison.unit},
            {"units", comparison.units},
            {"cases", comparison.cases},
            {"permutations", permutations},
            {"resamples", options.resamples},
            {"seed", options.seed},
            {"runs", Json::array()}};
  for (std::size_t i = 0; i < comparison.rows.size(); ++i) {
    Json run{{"name", comparison.names[i + 1]}, {"tests", Json::array()}};
    for (const CompareRow& row : comparison.rows[i])
      run["tests"].push_back({{"metric", row.metric},
                              {"first", row.first},
                              {"other", row.other},
                              {"interval", row.low ? Json{*row.low, *row.high} : Json(nullptr)},
                              {"test", row.test},
                              {"exact", row.exact},
                              {"p", or_null(row.p)},
                              {"p_holm", or_null(row.holm)},
                              {"no_change", row.zeros}});
    json["runs"].push_back(run);
  }
  return json.dump(2) + "\n";
}

}  // namespace tn
