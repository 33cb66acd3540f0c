#include "libcore/plot/case_run.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/text.hpp"
#include "libcore/eval/stored_report.hpp"

namespace tn {
namespace {

// A report is written over many lines; one that went through `jq -c` begins with its kind.
bool is_report(const std::string& path) {
  if (path == "-" || !is_regular_file(path)) return false;
  LineReader lines(path);
  std::string line;
  return lines.next(line) && (trim(line) == "{" || line.starts_with("{\"tn\":\"report\""));
}

void read_report_cases(CaseRun& run, const CaseRunOptions& options) {
  StoredReport report = read_report(run.path);
  run.is_report = true;
  run.threshold = report.threshold;
  for (std::size_t i = 0; i < report.cases.size(); ++i) {
    Record record = Record::parse(report.json["cases"][i].dump(), run.path);
    if (!chosen(record, options.selection)) continue;
    run.records.push_back(std::move(record));
    run.cases.push_back(std::move(report.cases[i]));
  }
}

void read_records(CaseRun& run, const CaseRunOptions& options) {
  ManifestReader reader(run.path, options.read);
  ScoreOptions score;
  score.labels = labels_of(reader.header());
  const auto model = reader.header().json("model");
  if (model && model->is_object() && model->contains("class_threshold") &&
      (*model)["class_threshold"].is_number())
    run.threshold = (*model)["class_threshold"].get<double>();
  while (std::optional<Record> record = reader.next()) {
    if (!chosen(*record, options.selection)) continue;
    run.cases.push_back(case_of(*record, score));
    run.records.push_back(std::move(*record));
  }
}

bool all_differ(const std::vector<std::string>& names) {
  return std::set<std::string>(names.begin(), names.end()).size() == names.size();
}

}  // namespace

CaseRun load_case_run(const std::string& path, const std::string& name, const CaseRunOptions& options) {
  CaseRun run{name, path, {}, {}};
  if (is_report(path))
    read_report_cases(run, options);
  else
    read_records(run, options);
  if (run.cases.empty()) throw Error(Exit::bad_data, "{}: no record to show", path == "-" ? "<stdin>" : path);
  return run;
}

std::vector<std::string> run_names(const std::vector<std::string>& paths,
                                   const std::vector<std::string>& given) {
  if (given.size() == paths.size()) return given;
  if (!given.empty())
    throw Error(Exit::usage, "{} names for {} inputs: --name is given once for each, or not at all",
                given.size(), paths.size());
  std::vector<std::string> stems, folders;
  for (const std::string& path : paths) {
    const std::filesystem::path place(path);
    stems.push_back(path == "-" ? "<stdin>" : place.stem().string());
    folders.push_back(place.parent_path().filename().string());
  }
  if (all_differ(stems)) return stems;
  return all_differ(folders) ? folders : paths;
}

LabelledCases labelled_cases(const CaseRun& run) {
  const Units units = units_of(run.cases);
  LabelledCases result;
  result.unit_count = units.count;
  bool benign = false, malignant = false;
  for (std::size_t i = 0; i < run.cases.size(); ++i) {
    const CaseScore& one = run.cases[i];
    if (!one.malignant || !one.p_malignant) continue;
    result.cases.push_back({*one.p_malignant, *one.malignant});
    result.units.push_back(units.of_case[i]);
    (*one.malignant ? malignant : benign) = true;
  }
  if (!benign || !malignant)
    throw Error(Exit::bad_data, "{}: cases of both classes with a probability are needed", run.path);
  return result;
}

std::optional<double> number_at(const Record& record, std::string_view path) {
  const auto value = record.at(path);
  return value && value->is_number() ? std::optional(value->get<double>()) : std::nullopt;
}

}  // namespace tn
