#include <nlohmann/json.hpp>

#include "libcore/eval/definitions.hpp"
#include "libcore/eval/operating_report.hpp"
#include "libcore/eval/report.hpp"
#include "libcore/eval/summary_json.hpp"

namespace tn {
namespace {

using Json = nlohmann::ordered_json;

const char* source_name(ThresholdSource source) {
  switch (source) {
    case ThresholdSource::option:
      return "option";
    case ThresholdSource::model:
      return "model";
    case ThresholdSource::none_given:
      return "default";
  }
  return "";
}

Json definitions_json(const Evaluation& evaluation) {
  Json texts;
  for (const auto& [name, text] : definitions(evaluation.surface)) texts[name] = text;
  return {{"grid", "original"},
          {"empty", rule_name(evaluation.empty)},
          {"labels", labels_of(evaluation.header)},
          {"distance_unit", evaluation.surface.millimetres ? "mm" : "px"},
          {"hd95_form", form_name(evaluation.surface.hd95)},
          {"nsd_form", form_name(evaluation.surface.nsd)},
          {"class_threshold", evaluation.threshold},
          {"class_threshold_from", source_name(evaluation.threshold_source)},
          {"texts", texts}};
}

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json case_json(const CaseScore& one, const ScoreOptions& score) {
  Json json{{"id", one.id}, {"patient", or_null(one.patient)}, {"label", or_null(one.label)}};
  json["p_malignant"] = or_null(one.p_malignant);
  if (one.error)
    json["error"] = *one.error;
  else
    json["metrics"] = metrics_json(one, score);
  return json;
}

Json worst_json(const Report& report) {
  Json json{{"masks", Json::array()}, {"classes", Json::array()}};
  const Evaluation& evaluation = report.evaluation;
  for (const std::size_t i : report.worst.masks) {
    const CaseScore& one = evaluation.cases[i];
    json["masks"].push_back(
        {{"id", one.id}, {"dice", *value_of(overlap_metrics().front(), *one.counts, evaluation.empty)}});
  }
  for (const std::size_t i : report.worst.classes) {
    const CaseScore& one = evaluation.cases[i];
    json["classes"].push_back({{"id", one.id}, {"label", *one.label}, {"p_malignant", *one.p_malignant}});
  }
  return json;
}

}  // namespace

std::string report_json(const Report& report) {
  const Evaluation& evaluation = report.evaluation;
  Json json{{"tn", "report"}, {"v", 1}};
  json["label_source"] = or_null(evaluation.header.text("label_source"));
  json["made_from"] = {{"records", evaluation.manifest_hash},
                       {"cut_off", evaluation.truncated},
                       {"models", evaluation.models},
                       {"model", or_null(evaluation.header.json("model"))}};
  if (const auto programs = evaluation.header.json("pg")) json["pg"] = *programs;
  json["definitions"] = definitions_json(evaluation);
  add_summary(json, report.summary, report.intervals, evaluation.empty, evaluation.intervals.confidence);
  json["subgroups"] = Json::array();
  for (const Subgroup& part : report.subgroups) {
    Json one{{"by", part.key}, {"value", part.value}};
    add_summary(one, part.summary, part.intervals, evaluation.empty, evaluation.intervals.confidence);
    json["subgroups"].push_back(one);
  }
  if (report.operating) json["operating"] = operating_json(*report.operating);
  json["worst"] = worst_json(report);
  if (report.gate) json["gate"] = gate_json(*report.gate);
  std::string text = json.dump(2);
  text.resize(text.size() - 2);  // the end of the object: the cases follow, one a line
  text += ",\n  \"cases\": [";
  ScoreOptions score;
  score.empty = evaluation.empty;
  score.surface = evaluation.surface;
  score.threshold = evaluation.threshold;
  const char* separator = "\n    ";
  for (const CaseScore& one : evaluation.cases) {
    text += separator + case_json(one, score).dump();
    separator = ",\n    ";
  }
  return text + "\n  ]\n}\n";
}

}  // namespace tn
