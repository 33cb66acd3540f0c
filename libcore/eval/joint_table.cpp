#include "libcore/eval/joint_table.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"
#include "libcore/eval/report.hpp"

namespace tn {
namespace {

constexpr std::array<const char*, 8> kUsual{"dice.mean",         "dice.class_mean", "iou.mean",
                                            "hd95.mean",         "class.accuracy",  "class.sensitivity",
                                            "class.specificity", "class.auroc"};

std::string with_reading(const std::string& title, std::string_view leaf, bool always) {
  if (leaf == "mean" && !always) return title;
  return fmt::format("{} ({})", title, leaf == "class_mean" ? "class mean" : leaf == "sd" ? "SD" : leaf);
}

// Names that masks and classes share say that they are of pixels.
std::string title_of(const OverlapMetric& metric) {
  for (const DecisionMetric& of_class : decision_metrics())
    if (of_class.name == metric.name) return fmt::format("{} of pixels", metric.title);
  return std::string(metric.title);
}

// Every column that a report may have.
std::vector<TableColumn> all_columns(const SurfaceOptions& surface) {
  std::vector<TableColumn> all;
  for (const OverlapMetric& metric : overlap_metrics()) {
    const bool dice = metric.name == "dice";
    for (const char* leaf : {"mean", "median", "sd", "pooled", "class_mean"})
      if (dice || leaf != std::string_view("class_mean"))
        all.push_back({fmt::format("{}.{}", metric.name, leaf), with_reading(title_of(metric), leaf, dice),
                       leaf == std::string_view("sd") ? 0 : 1});
  }
  for (const GeometryMetric& metric : geometry_metrics(surface)) {
    const std::string unit = metric.distance ? surface.millimetres ? " (mm)" : " (px)" : "";
    for (const char* leaf : {"mean", "median", "sd"})
      all.push_back({fmt::format("{}.{}", metric.name, leaf), with_reading(metric.title + unit, leaf, false),
                     leaf == std::string_view("sd") ? 0
                     : metric.distance              ? -1
                                                    : 1});
  }
  all.push_back({"regions.sensitivity", "Regions detected", 1});
  for (const DecisionMetric& metric : decision_metrics())
    all.push_back({fmt::format("class.{}", metric.name), std::string(metric.title), 1});
  for (const ProbabilityMetric& metric : probability_metrics())
    all.push_back(
        {fmt::format("class.{}", metric.name), std::string(metric.title), metric.low_is_good ? -1 : 1});
  return all;
}

bool any_has(const std::vector<StoredReport>& reports, const std::string& metric) {
  return std::ranges::any_of(reports, [&](const StoredReport& report) {
    const auto found = stored_value(report, metric);
    return found && *found;
  });
}

std::vector<TableColumn> columns_of(const std::vector<StoredReport>& reports, const TableOptions& options) {
  const std::vector<TableColumn> all = all_columns(reports.front().surface);
  std::vector<TableColumn> columns;
  const auto take = [&](const std::string& metric) {
    const auto found = std::ranges::find(all, metric, &TableColumn::metric);
    if (found == all.end()) {
      std::vector<std::string> names;
      names.reserve(all.size());
      for (const TableColumn& one : all) names.push_back(one.metric);
      const auto near = closest(metric, names);
      throw Error(Exit::usage, "'{}' is no metric of a report{}", metric,
                  near ? fmt::format("; did you mean '{}'?", *near) : "");
    }
    columns.push_back(*found);
  };
  for (const std::string& metric : options.metrics) take(metric);
  if (options.metrics.empty())
    for (const char* metric : kUsual)
      if (any_has(reports, metric)) take(metric);
  return columns;
}

void check_definitions(const std::vector<StoredReport>& reports) {
  const nlohmann::ordered_json& first = reports.front().json.at("definitions");
  for (const StoredReport& report : reports)
    for (const char* key : {"empty", "distance_unit", "hd95_form", "nsd_form"})
      if (report.json.at("definitions").at(key) != first.at(key))
        throw Error(Exit::undecided, "{} and {}: other definition: {} is {} and {}", reports.front().name,
                    report.name, key, first.at(key).dump(), report.json.at("definitions").at(key).dump());
}

bool same_cases(const std::vector<StoredReport>& reports) {
  const auto ids = [](const StoredReport& report) {
    std::set<std::string> result;
    for (const CaseScore& one : report.cases) result.insert(one.id);
    return result;
  };
  const std::set<std::string> first = ids(reports.front());
  return std::ranges::all_of(reports, [&](const StoredReport& report) { return ids(report) == first; });
}

TableCell cell_of(const StoredReport& report, const std::string& metric) {
  TableCell cell;
  if (const auto value = stored_value(report, metric)) cell.value = *value;
  const auto intervals = report.json.find("intervals");
  if (!cell.value || intervals == report.json.end()) return cell;
  const auto& of = intervals->at("of");
  if (!of.contains(metric) || !of[metric].is_array()) return cell;
  cell.low = of[metric].at(0).get<double>();
  cell.high = of[metric].at(1).get<double>();
  return cell;
}

void mark_best(JointTable& table) {
  for (std::size_t k = 0; k < table.columns.size(); ++k) {
    const int better = table.columns[k].better;
    std::optional<double> best;
    for (const TableRow& row : table.rows)
      if (const auto value = row.cells[k].value; value && (!best || better * (*value - *best) > 0))
        best = value;
    if (better == 0 || !best) continue;
    const auto printed = [&](double value) { return fmt::format("{:.{}f}", value, table.digits); };
    for (TableRow& row : table.rows)
      if (row.cells[k].value) row.cells[k].best = printed(*row.cells[k].value) == printed(*best);
  }
}

// How the intervals of a report were made, or nothing.
std::string intervals_text(const StoredReport& report) {
  const auto intervals = report.json.find("intervals");
  if (intervals == report.json.end()) return "";
  return fmt::format("{:g} % of {} resamples by {}, {}", 100 * intervals->at("confidence").get<double>(),
                     intervals->at("resamples").get<std::int64_t>(), intervals->at("unit").get<std::string>(),
                     intervals->at("method").get<std::string>());
}

void note_intervals(JointTable& table, const std::vector<StoredReport>& reports) {
  std::vector<std::string> seen;
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const bool printed =
        std::ranges::any_of(table.rows[i].cells, [](const TableCell& cell) { return cell.low.has_value(); });
    const std::string text = printed ? intervals_text(reports[i]) : "";
    if (!text.empty() && std::ranges::find(seen, text) == seen.end()) seen.push_back(text);
  }
  if (seen.empty()) return;
  std::string all = seen.front();
  for (std::size_t i = 1; i < seen.size(); ++i) all += "; " + seen[i];
  table.notes.push_back(fmt::format("In brackets: intervals, {}.", all));
}

// Whether the row has a number of masks, or of the class.
bool prints(const JointTable& table, const TableRow& row, bool of_class) {
  for (std::size_t k = 0; k < table.columns.size(); ++k)
    if (table.columns[k].metric.starts_with("class.") == of_class && row.cells[k].value) return true;
  return false;
}

// Of each row what its printed numbers leave out: a classifier lacks no masks.
void note_unscored(JointTable& table, const std::vector<StoredReport>& reports) {
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const nlohmann::ordered_json& counts = reports[i].json.at("counts");
    const TableRow& row = table.rows[i];
    CaseCounts left_out;
    left_out.failed = counts.at("failed");
    if (prints(table, row, false)) left_out.mask_missing = counts.at("mask").at("missing");
    if (prints(table, row, true)) left_out.class_missing = counts.at("class").at("missing");
    const std::string text = shortfall(left_out);
    if (!text.empty())
      table.notes.push_back(
          fmt::format("{}: of {} records {}.", row.name, counts.at("records").get<std::int64_t>(), text));
  }
}

}  // namespace

std::vector<std::string> short_names(const std::vector<std::string>& paths) {
  std::vector<std::vector<std::string>> parts;
  for (const std::string& path : paths) {
    parts.emplace_back();
    for (const auto& part : std::filesystem::path(path)) parts.back().push_back(part.string());
  }
  const auto all_share = [&](bool front) {
    for (const auto& one : parts)
      if (one.size() < 2 || (front ? one.front() != parts[0].front() : one.back() != parts[0].back()))
        return false;
    return paths.size() > 1;
  };
  for (; all_share(true);)
    for (auto& one : parts) one.erase(one.begin());
  for (; all_share(false);)
    for (auto& one : parts) one.pop_back();
  std::vector<std::string> names;
  for (const auto& one : parts) {
    std::filesystem::path name;
    for (const std::string& part : one) name /= part;
    if (name.extension() == ".json" || name.extension() == ".jsonl") name.replace_extension();
    names.push_back(name.string());
  }
  return names;
}

JointTable joint_table(const std::vector<StoredReport>& reports, const TableOptions& options) {
  if (options.digits < 1 || options.digits > 9)
    throw Error(Exit::usage, "{} digits after the point; 1 to 9 can be printed", options.digits);
  if (!options.names.empty() && options.names.size() != reports.size())
    throw Error(Exit::usage, "{} and {}", counted(options.names.size(), "name"),
                counted(reports.size(), "report"));
  JointTable table;
  table.digits = options.digits;
  table.columns = columns_of(reports, options);
  check_definitions(reports);
  std::vector<std::string> paths;
  paths.reserve(reports.size());
  for (const StoredReport& report : reports) paths.push_back(report.name);
  const std::vector<std::string> names = options.names.empty() ? short_names(paths) : options.names;
  if (std::set<std::string>(names.begin(), names.end()).size() != names.size())
    throw Error(Exit::usage, "two rows have one name");
  for (std::size_t i = 0; i < reports.size(); ++i) {
    table.rows.push_back({names[i], {}});
    for (const TableColumn& column : table.columns)
      table.rows.back().cells.push_back(cell_of(reports[i], column.metric));
  }
  if (same_cases(reports))
    mark_best(table);
  else
    table.notes.emplace_back("The rows are not of the same cases: none is called the best.");
  note_intervals(table, reports);
  note_unscored(table, reports);
  return table;
}

}  // namespace tn
