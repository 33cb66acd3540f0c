#include "libcore/eval/gate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"

namespace tn {
namespace {

using Json = nlohmann::ordered_json;

bool fits(const std::string& wanted, const std::string& metric) {
  return metric == wanted || metric.starts_with(wanted + ".");
}

void compare_definitions(std::vector<std::string>& obstacles, const Json& before, const Json& now) {
  for (const char* key : {"grid", "empty", "distance_unit", "hd95_form", "nsd_form"})
    if (before.value(key, Json()) != now.value(key, Json()))
      obstacles.push_back(fmt::format("other definition: {} was {}, is {}", key,
                                      before.value(key, Json()).dump(), now.value(key, Json()).dump()));
  const bool models =
      before.value("class_threshold_from", "") == "model" && now.value("class_threshold_from", "") == "model";
  if (!models && before.at("class_threshold") != now.at("class_threshold"))
    obstacles.push_back(fmt::format("other definition: class_threshold was {}, is {}",
                                    before.at("class_threshold").dump(), now.at("class_threshold").dump()));
  const Json had = before.value("texts", Json::object()), has = now.value("texts", Json::object());
  for (const auto& [name, text] : had.items())
    if (has.contains(name) && has[name] != text)
      obstacles.push_back(fmt::format("other definition: of {}", name));
}

bool same_truth(const CaseScore& before, const CaseScore& now) {
  if (before.malignant != now.malignant || before.patient != now.patient) return false;
  if (!before.counts || !now.counts) return true;
  const Overlap &a = *before.counts, &b = *now.counts;
  return a.tp + a.fn == b.tp + b.fn && a.fp + a.tn == b.fp + b.tn;
}

// The cases of `now` in the order of `before`; what stands against it goes to `obstacles`.
std::vector<CaseScore> matched(std::vector<std::string>& obstacles, const std::vector<CaseScore>& before,
                               const std::vector<CaseScore>& now) {
  std::unordered_map<std::string, const CaseScore*> by_id;
  for (const CaseScore& one : now) by_id[one.id] = &one;
  std::vector<CaseScore> result;
  std::vector<std::string> gone, other;
  for (const CaseScore& one : before) {
    const auto found = by_id.find(one.id);
    if (found == by_id.end()) {
      gone.push_back(one.id);
      continue;
    }
    if (!same_truth(one, *found->second)) other.push_back(one.id);
    result.push_back(*found->second);
  }
  const std::size_t added = now.size() - result.size();
  if (!gone.empty())
    obstacles.push_back(fmt::format("fewer cases: {} are gone, such as {}", gone.size(), gone.front()));
  if (added > 0) obstacles.push_back(fmt::format("other cases: {} were not there before", added));
  if (!other.empty())
    obstacles.push_back(fmt::format("other truth: label, patient or drawn mask of {} cases, such as {}",
                                    other.size(), other.front()));
  return result;
}

double tolerance_of(const GateOptions& options, const Statistic& statistic, double baseline, bool count) {
  Tolerance tolerance;
  if (!count)
    (statistic.open_ended ? tolerance.relative : tolerance.absolute) = statistic.open_ended ? 0.05 : 0.01;
  for (const Tolerance& one : options.tolerances)
    if (fits(one.metric, statistic.name)) tolerance = one;
  return std::max(tolerance.absolute, tolerance.relative * std::abs(baseline));
}

bool wanted(const GateOptions& options, const std::string& metric) {
  return options.metrics.empty() ||
         std::ranges::any_of(options.metrics, [&](const std::string& one) { return fits(one, metric); });
}

Verdict verdict_of(const GateRow& row, bool low_is_good, GateRule rule) {
  const bool beyond = row.worse_by > row.tolerance;
  const bool worse = row.low && (low_is_good ? *row.low > 0 : *row.high < 0);
  switch (rule) {
    case GateRule::tolerance:
      return beyond ? Verdict::fail : Verdict::pass;
    case GateRule::interval:
      return worse ? Verdict::fail : row.low ? Verdict::pass : Verdict::inconclusive;
    case GateRule::both:
      break;
  }
  return !beyond ? Verdict::pass : worse ? Verdict::fail : Verdict::inconclusive;
}

constexpr std::array<std::array<const char*, 3>, 3> kCounts{{{"counts.failed", "failed", ""},
                                                             {"counts.mask_missing", "mask", "missing"},
                                                             {"counts.class_missing", "class", "missing"}}};

double count_in(const StoredReport& report, const std::array<const char*, 3>& path) {
  const Json& value = report.json.at("counts").at(path[1]);
  return value.is_object() ? value.at(path[2]).get<double>() : value.get<double>();
}

void add_counts(GateResult& result, const StoredReport& before, const StoredReport& now,
                const GateOptions& options) {
  for (const auto& path : kCounts) {
    if (!wanted(options, path[0])) continue;
    GateRow row;
    row.metric = path[0];
    row.baseline = count_in(before, path);
    row.current = count_in(now, path);
    row.worse_by = *row.current - row.baseline;
    row.tolerance = tolerance_of(options, {path[0], true, false}, row.baseline, true);
    row.verdict = row.worse_by > row.tolerance ? Verdict::fail : Verdict::pass;
    result.rows.push_back(row);
  }
}

GateRow row_of(const Statistic& statistic, double baseline, const StoredReport& now,
               const GateOptions& options, const std::vector<Interval>& intervals) {
  GateRow row;
  row.metric = statistic.name;
  row.baseline = baseline;
  row.tolerance = tolerance_of(options, statistic, baseline, false);
  const auto current = stored_value(now, statistic.name);
  if (!current || !*current) {
    row.verdict = current ? Verdict::no_number : Verdict::vanished;
    return row;
  }
  row.current = *current;
  row.worse_by = statistic.low_is_good ? **current - baseline : baseline - **current;
  for (const Interval& one : intervals)
    if (one.name == statistic.name) {
      row.low = one.low;
      row.high = one.high;
    }
  row.verdict = verdict_of(row, statistic.low_is_good, options.rule);
  return row;
}

void add_metrics(GateResult& result, const StoredReport& before, const StoredReport& now,
                 std::span<const CaseScore> cases, const GateOptions& options,
                 const IntervalOptions& intervals) {
  const std::vector<Statistic> list = statistics(before.surface);
  std::vector<Interval> paired;
  if (options.rule != GateRule::tolerance) {
    const Units units = units_of(before.cases);
    std::vector<CaseScore> current(cases.begin(), cases.end());
    for (CaseScore& one : current) {  // tolerances of NSD that only one of the two has do not hide the others
      if (!one.geometry || now.surface.tolerances == before.surface.tolerances) continue;
      Geometry geometry = *one.geometry;
      const std::vector<GeometryMetric> had = geometry_metrics(now.surface);
      geometry.values.clear();
      for (const GeometryMetric& metric : geometry_metrics(before.surface)) {
        const auto found = std::ranges::find(had, metric.name, &GeometryMetric::name);
        geometry.values.push_back(found == had.end()
                                      ? std::nullopt
                                      : one.geometry->values[static_cast<std::size_t>(found - had.begin())]);
      }
      one.geometry = geometry;
    }
    const Sample a(before.cases, units, before.empty, before.threshold, before.surface);
    const Sample b(current, units, now.empty, now.threshold, before.surface);
    paired = paired_intervals(a, b, list, intervals);
  }
  for (const Statistic& statistic : list) {
    const auto baseline = stored_value(before, statistic.name);
    if (!baseline || !*baseline || !wanted(options, statistic.name)) continue;
    result.rows.push_back(row_of(statistic, **baseline, now, options, paired));
  }
}

std::string row_text(const GateRow& row) {
  if (!row.current) return row.metric;
  return fmt::format("{} {} -> {} (worse by {:.4g}, tolerance {:.4g})", row.metric,
                     shortest(std::round(row.baseline * 1e4) / 1e4),
                     shortest(std::round(*row.current * 1e4) / 1e4), row.worse_by, row.tolerance);
}

void conclude(GateResult& result, const GateOptions& options) {
  if (!result.obstacles.empty()) {
    result.exit = Exit::undecided;
    result.line = "cannot compare: " + result.obstacles.front();
    return;
  }
  const auto settle = [&](Verdict verdict, Exit exit) {
    std::size_t count = 0;
    const GateRow* first = nullptr;
    for (const GateRow& row : result.rows)
      if (row.verdict == verdict && ++count == 1) first = &row;
    if (!first) return false;
    result.exit = exit;
    result.line = fmt::format("{}: {}{}", verdict_name(verdict), row_text(*first),
                              count > 1 ? fmt::format(", and {} more", count - 1) : "");
    return true;
  };
  if (settle(Verdict::fail, Exit::partial) || settle(Verdict::vanished, Exit::undecided) ||
      settle(Verdict::no_number, Exit::undecided))
    return;
  const bool inconclusive =
      settle(Verdict::inconclusive, options.accept_inconclusive ? Exit::ok : Exit::undecided);
  if (inconclusive && options.accept_inconclusive) result.line += " (accepted)";
  if (!inconclusive) result.line = fmt::format("pass: {} metrics", result.rows.size());
}

}  // namespace

Tolerance parse_tolerance(const std::string& text) {
  const auto equals = text.find('=');
  const auto wrong = [&] { return Error(Exit::usage, "'{}' is no METRIC=ABS[,REL]", text); };
  if (equals == std::string::npos || equals == 0) throw wrong();
  const auto parts = split_text(std::string_view(text).substr(equals + 1), ',');
  if (parts.size() > 2) throw wrong();
  const auto number = [&](std::size_t i) {
    const auto value = parse_double(parts[i]);
    if (!value || !(*value >= 0)) throw wrong();
    return *value;
  };
  return {text.substr(0, equals), number(0), parts.size() > 1 ? number(1) : 0};
}

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "pass";
    case Verdict::fail:
      return "fail";
    case Verdict::inconclusive:
      return "inconclusive";
    case Verdict::no_number:
      return "has no number";
    case Verdict::vanished:
      return "vanished";
  }
  return "";
}

std::vector<CaseScore> comparable_cases(std::vector<std::string>& obstacles, const StoredReport& before,
                                        const StoredReport& now) {
  compare_definitions(obstacles, before.json.at("definitions"), now.json.at("definitions"));
  return matched(obstacles, before.cases, now.cases);
}

void check(const GateOptions& options, const StoredReport& baseline, const IntervalOptions& intervals) {
  if (options.rule != GateRule::tolerance && intervals.resamples == 0)
    throw Error(Exit::usage,
                "the gate's rule needs resamples: --bootstrap 0 goes with --gate-rule tolerance");
  std::vector<std::string> names;
  for (const auto& path : kCounts) names.emplace_back(path[0]);
  for (const Statistic& statistic : statistics(baseline.surface)) names.push_back(statistic.name);
  const auto known = [&](const std::string& wanted) {
    if (std::ranges::none_of(names, [&](const std::string& name) { return fits(wanted, name); }))
      throw Error(Exit::usage, "'{}' is no metric of the baseline{}", wanted,
                  closest(wanted, names) ? fmt::format("; did you mean '{}'?", *closest(wanted, names)) : "");
  };
  for (const Tolerance& one : options.tolerances) known(one.metric);
  for (const std::string& one : options.metrics) known(one);
}

GateResult gate(const StoredReport& baseline, const StoredReport& current, const GateOptions& options,
                const IntervalOptions& intervals) {
  GateResult result;
  result.baseline = baseline.name;
  const std::vector<CaseScore> cases = comparable_cases(result.obstacles, baseline, current);
  if (result.obstacles.empty()) {
    add_counts(result, baseline, current, options);
    add_metrics(result, baseline, current, cases, options, intervals);
    if (result.rows.empty()) result.obstacles.emplace_back("the baseline has no number to compare");
  }
  conclude(result, options);
  return result;
}

}  // namespace tn
