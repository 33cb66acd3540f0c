#include "libcore/eval/stored_report.hpp"

#include <algorithm>
#include <set>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/text.hpp"
#include "libcore/data/json_text.hpp"

namespace tn {
namespace {

using Json = nlohmann::ordered_json;

template <typename E>
E word_of(const Json& value, std::initializer_list<E> all, std::string_view (*name)(E)) {
  for (const E one : all)
    if (value.get<std::string>() == name(one)) return one;
  throw Error(Exit::bad_data, "{} is unknown here", value.dump());
}

void read_definitions(StoredReport& report, ScoreOptions& score) {
  const Json& definitions = report.json.at("definitions");
  report.empty =
      word_of(definitions.at("empty"), {EmptyRule::score, EmptyRule::nan, EmptyRule::drop}, rule_name);
  report.surface.hd95 =
      word_of<Hd95Form>(definitions.at("hd95_form"),
                        {Hd95Form::larger, Hd95Form::pooled, Hd95Form::surface_distance}, form_name);
  report.surface.nsd =
      word_of<NsdForm>(definitions.at("nsd_form"), {NsdForm::border, NsdForm::surface_distance}, form_name);
  report.surface.millimetres = definitions.at("distance_unit") == "mm";
  report.threshold = definitions.at("class_threshold").get<double>();
  report.surface.tolerances.clear();
  for (const auto& [name, value] : report.json.at("geometry").items())
    if (name.starts_with("nsd@"))
      if (const auto tolerance = parse_double(name.substr(4)))
        report.surface.tolerances.push_back(*tolerance);
  score.empty = report.empty;
  score.surface = report.surface;
  score.threshold = report.threshold;
  score.labels = definitions.at("labels").get<std::map<std::string, int>>();
}

CaseScore stored_case(const Json& one, const ScoreOptions& score, const std::string& name) {
  CaseScore result = case_of(Record::parse(one.dump(), name), score);
  if (one.contains("error")) result.error = one.at("error").get<std::string>();
  return result;
}

}  // namespace

StoredReport parse_report(const std::string& text, const std::string& name) {
  const std::string_view first = std::string_view(text).substr(0, text.find('\n'));
  if (first.starts_with("{\"tn\":\"manifest\""))
    throw Error(Exit::bad_data, "{}: a manifest: a report of tn-eval --json is needed", name);
  check_json(text, name);
  StoredReport report;
  report.name = name;
  report.json = Json::parse(text);
  if (!report.json.is_object() || report.json.value("tn", Json()) != "report" ||
      report.json.value("v", Json()) != 1)
    throw Error(Exit::bad_data, "{}: no report of tn-eval --json, version 1", name);
  try {
    ScoreOptions score;
    read_definitions(report, score);
    std::set<std::string> ids;
    for (const Json& one : report.json.at("cases")) {
      report.cases.push_back(stored_case(one, score, name));
      if (!ids.insert(report.cases.back().id).second)
        throw Error(Exit::bad_data, "{}: case {} is there twice", name, report.cases.back().id);
    }
  } catch (const Json::exception& error) {
    throw Error(Exit::bad_data, "{}: not a whole report: {}", name, error.what());
  }
  return report;
}

StoredReport read_report(const std::string& path) {
  return parse_report(read_file(path), path);
}

std::optional<std::optional<double>> stored_value(const StoredReport& report, const std::string& statistic) {
  const auto dot = statistic.rfind('.');
  const std::string family = statistic.substr(0, dot), leaf = statistic.substr(dot + 1);
  const auto look = [&](const Json& in) -> std::optional<std::optional<double>> {
    if (!in.is_object() || !in.contains(leaf)) return std::nullopt;
    return in[leaf].is_number() ? std::optional(in[leaf].get<double>()) : std::nullopt;
  };
  if (family == "class") return look(report.json.value("class", Json()));
  for (const char* part : {"overlap", "geometry"}) {
    const Json& inside = report.json.value(part, Json::object());
    if (inside.contains(family)) return look(inside[family]);
  }
  return std::nullopt;
}

}  // namespace tn
