#include "libcore/eval/case_csv.hpp"

#include "libcore/base/text.hpp"
#include "libcore/eval/subgroups.hpp"

namespace tn {
namespace {

using Fields = std::vector<std::string>;

std::string quoted(const std::string& field) {
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string result = "\"";
  for (const char c : field) result += c == '"' ? "\"\"" : std::string(1, c);
  return result + "\"";
}

std::string line(const Fields& fields) {
  std::string text;
  for (std::size_t i = 0; i < fields.size(); ++i) text += (i == 0 ? "" : ",") + quoted(fields[i]);
  return text + "\n";
}

std::string number(const std::optional<double>& value) {
  return value ? shortest(*value) : "";
}

Fields titles(const Evaluation& evaluation) {
  Fields fields{"id", "patient", "label", "p_malignant", "class_correct"};
  for (const OverlapMetric& metric : overlap_metrics()) fields.emplace_back(metric.name);
  fields.emplace_back(class_mean_metric().name);
  for (const GeometryMetric& metric : geometry_metrics(evaluation.surface)) fields.push_back(metric.name);
  fields.insert(fields.end(), {"regions_drawn", "regions_detected", "tp", "fp", "fn", "tn"});
  for (const std::string& key : evaluation.by)
    if (key != kNoduleSize) fields.push_back("by " + key);
  fields.insert(fields.end(), {"status", "error"});
  return fields;
}

void add_mask(Fields& fields, const CaseScore& one, const Evaluation& evaluation) {
  if (!one.counts || one.error) {
    const std::size_t columns =
        overlap_metrics().size() + 1 + geometry_metrics(evaluation.surface).size() + 6;
    fields.resize(fields.size() + columns);
    return;
  }
  for (const OverlapMetric& metric : overlap_metrics())
    fields.push_back(number(value_of(metric, *one.counts, evaluation.empty)));
  fields.push_back(number(value_of(class_mean_metric(), *one.counts, evaluation.empty)));
  for (const auto& value : one.geometry->values) fields.push_back(number(value));
  for (const std::int64_t count : {one.geometry->regions_drawn, one.geometry->regions_detected,
                                   one.counts->tp, one.counts->fp, one.counts->fn, one.counts->tn})
    fields.push_back(std::to_string(count));
}

std::string status(const CaseScore& one) {
  if (one.error) return "failed";
  if (one.mask_missing) return one.class_missing ? "mask and class missing" : "mask missing";
  if (one.class_missing) return "class missing";
  return one.counts || (one.malignant && one.p_malignant) ? "scored" : "no truth";
}

}  // namespace

std::string cases_csv(const Evaluation& evaluation) {
  std::string text = line(titles(evaluation));
  for (const CaseScore& one : evaluation.cases) {
    Fields fields{one.id, one.patient.value_or(""), one.label.value_or(""), number(one.p_malignant), ""};
    if (one.malignant && one.p_malignant)
      fields.back() = (*one.p_malignant >= evaluation.threshold) == *one.malignant ? "true" : "false";
    add_mask(fields, one, evaluation);
    for (std::size_t i = 0; i < evaluation.by.size(); ++i)
      if (evaluation.by[i] != kNoduleSize) fields.push_back(one.groups.at(i));
    fields.push_back(status(one));
    fields.push_back(one.error.value_or(""));
    text += line(fields);
  }
  return text;
}

}  // namespace tn
