#include "libcore/eval/operating_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "libcore/eval/markdown.hpp"

namespace tn {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kEveryFifth = 5;  // thresholds of the decision curve in Markdown

Json range_json(const Range& range) {
  return range.low ? Json{*range.low, *range.high} : Json(nullptr);
}

std::string range_text(const Range& range) {
  return range.low ? fmt::format("{:.3f} to {:.3f}", *range.low, *range.high) : kNoNumber;
}

void put(Json& json, Json& reasons, const char* name, const std::optional<double>& value, const char* why) {
  json[name] = value ? Json(*value) : Json(nullptr);
  if (!value) reasons[name] = why;
}

Json point_json(const OperatingPoint& point) {
  Json json{{"fixed", fixed_name(point.fixed)}, {"at", point.at}}, reasons;
  if (!point.reached) {
    json["threshold"] = nullptr;
    json["reasons"] = {{"threshold", "a class is missing"}};
    return json;
  }
  const ClassCounts& counts = point.counts;
  put(json, reasons, "threshold", point.threshold, "no case may be called malignant");
  put(json, reasons, "sensitivity", sensitivity(counts), "no malignant case");
  json["sensitivity_interval"] = range_json(point.sensitivity);
  put(json, reasons, "specificity", specificity(counts), "no benign case");
  json["specificity_interval"] = range_json(point.specificity);
  put(json, reasons, "ppv", ppv(counts), "no case was called malignant");
  put(json, reasons, "npv", npv(counts), "no case was called benign");
  json["cases"] = {{"tp", counts.tp}, {"fp", counts.fp}, {"fn", counts.fn}, {"tn", counts.tn}};
  if (!reasons.is_null()) json["reasons"] = reasons;
  return json;
}

std::string points_markdown(const std::vector<OperatingPoint>& points) {
  if (points.empty()) return "";
  std::string text = "\n## Operating points\n";
  text += markdown_head({"Given", "Threshold", "Sensitivity", "Interval", "Specificity", "Interval", "PPV",
                         "NPV", "TP", "FP", "FN", "TN"},
                        "lrrrrrrrrrrr");
  for (const OperatingPoint& point : points) {
    std::vector<std::string> cells{fmt::format("{} {}", fixed_name(point.fixed), point.at)};
    if (!point.reached) {
      cells.resize(12, kNoNumber);
      text += markdown_row(cells);
      continue;
    }
    const ClassCounts& counts = point.counts;
    const std::vector<std::string> more{point.threshold ? fmt::format("{:.6g}", *point.threshold) : "none",
                                        markdown_number(sensitivity(counts)),
                                        range_text(point.sensitivity),
                                        markdown_number(specificity(counts)),
                                        range_text(point.specificity),
                                        markdown_number(ppv(counts)),
                                        markdown_number(npv(counts)),
                                        std::to_string(counts.tp),
                                        std::to_string(counts.fp),
                                        std::to_string(counts.fn),
                                        std::to_string(counts.tn)};
    cells.insert(cells.end(), more.begin(), more.end());
    text += markdown_row(cells);
  }
  return text +
         "\nA threshold found here is found on the evaluated cases: it describes them and is none to use on "
         "others.\n";
}

std::string curve_markdown(const std::vector<DecisionRow>& curve) {
  if (curve.empty()) return "";
  std::string text = "\n## Decision curve\n";
  text += markdown_head({"Threshold", "Net benefit", "Interval", "Of acting on all"}, "rrrr");
  for (std::size_t i = kEveryFifth - 1; i < curve.size(); i += kEveryFifth)
    text += markdown_row({fmt::format("{:.2f}", curve[i].threshold), fmt::format("{:.3f}", curve[i].model),
                          range_text(curve[i].range), fmt::format("{:.3f}", curve[i].all)});
  return text + "\nActing on no case has a net benefit of 0.\n";
}

}  // namespace

Json operating_json(const Operating& operating) {
  Json json{{"points", Json::array()}, {"decision_curve", Json::array()}};
  for (const OperatingPoint& point : operating.points) json["points"].push_back(point_json(point));
  for (const DecisionRow& row : operating.curve)
    json["decision_curve"].push_back({{"threshold", row.threshold},
                                      {"net_benefit", row.model},
                                      {"interval", range_json(row.range)},
                                      {"of_all", row.all}});
  return json;
}

std::string operating_markdown(const Operating& operating) {
  return points_markdown(operating.points) + curve_markdown(operating.curve);
}

}  // namespace tn
