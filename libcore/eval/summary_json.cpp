#include "libcore/eval/summary_json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace tn {
namespace {

using Json = nlohmann::ordered_json;

// A number, or null with its reason in json["reasons"].
void put(Json& json, Json& reasons, const std::string& name, const std::optional<double>& value,
         const std::string& reason) {
  json[name] = value ? Json(*value) : Json(nullptr);
  if (!value) reasons[name] = reason;
}

Json counts_json(const CaseCounts& counts) {
  return {{"records", counts.records},
          {"patients", counts.patients},
          {"failed", counts.failed},
          {"failed_here", counts.failed_here},
          {"mask",
           {{"scored", counts.mask_scored},
            {"missing", counts.mask_missing},
            {"no_truth", counts.mask_no_truth},
            {"dropped", counts.mask_dropped},
            {"both_empty", counts.both_empty},
            {"drawn_empty", counts.drawn_empty},
            {"predicted_empty", counts.predicted_empty}}},
          {"class",
           {{"scored", counts.class_scored},
            {"missing", counts.class_missing},
            {"no_truth", counts.class_no_truth}}}};
}

Json overlap_json(const Summary& summary, EmptyRule empty) {
  Json json = Json::object();
  for (const MetricSummary& row : summary.overlap) {
    Json one, reasons;
    const std::string none = row.over_cases.n == 0 ? "no case has a value" : "";
    one["n"] = row.over_cases.n;
    put(one, reasons, "mean", row.over_cases.mean, none);
    put(one, reasons, "median", row.over_cases.median, none);
    put(one, reasons, "sd", row.over_cases.sd, none.empty() ? "one case has no spread" : none);
    const std::string why = summary.counts.mask_scored == 0
                                ? "no case was scored"
                                : why_undefined(*row.metric, summary.pooled, empty);
    put(one, reasons, "pooled", row.pooled, why);
    if (row.metric->name == "dice")
      put(one, reasons, "class_mean", summary.class_mean_dice, "no case has a value");
    if (!reasons.is_null()) one["reasons"] = reasons;
    json[std::string(row.metric->name)] = one;
  }
  json["pixels"] = {{"tp", summary.pooled.tp},
                    {"fp", summary.pooled.fp},
                    {"fn", summary.pooled.fn},
                    {"tn", summary.pooled.tn}};
  return json;
}

Json spread_json(const Spread& spread) {
  Json one, reasons;
  const std::string none = spread.n == 0 ? "no case has a value" : "";
  one["n"] = spread.n;
  put(one, reasons, "mean", spread.mean, none);
  put(one, reasons, "median", spread.median, none);
  put(one, reasons, "sd", spread.sd, none.empty() ? "one case has no spread" : none);
  if (!reasons.is_null()) one["reasons"] = reasons;
  return one;
}

Json geometry_json(const Summary& summary) {
  Json json = Json::object(), regions, reasons;
  for (const GeometrySummary& row : summary.geometry) json[row.metric.name] = spread_json(row.over_cases);
  regions["drawn"] = summary.regions_drawn;
  regions["detected"] = summary.regions_detected;
  put(regions, reasons, "sensitivity", region_sensitivity(summary), "no region was drawn");
  if (!reasons.is_null()) regions["reasons"] = reasons;
  json["regions"] = regions;
  return json;
}

Json class_json(const ClassSummary& classes, double confidence) {
  Json json, reasons;
  const auto add = [&](std::string_view name, const std::optional<double>& value) {
    put(json, reasons, std::string(name), value, why_undefined(name, classes.counts));
  };
  const auto decisions = decision_metrics();
  for (std::size_t i = 0; i < decisions.size(); ++i) add(decisions[i].name, classes.decisions[i]);
  const auto probabilities = probability_metrics();
  for (std::size_t i = 0; i < probabilities.size(); ++i) add(probabilities[i].name, classes.probabilities[i]);
  if (classes.auroc) {
    json["auroc_standard_error"] = std::sqrt(classes.auroc->variance);
    const AurocInterval interval = auroc_interval(*classes.auroc, confidence);
    json["auroc_interval"] = {interval.low, interval.high};
    json["auroc_standard_error_by"] = classes.one_case_each ? "DeLong" : "Obuchowski";
  }
  json["cases"] = {{"tp", classes.counts.tp},
                   {"fp", classes.counts.fp},
                   {"fn", classes.counts.fn},
                   {"tn", classes.counts.tn}};
  if (!reasons.is_null()) json["reasons"] = reasons;
  return json;
}

Json intervals_json(const Intervals& intervals) {
  Json of = Json::object(), dropped = Json::object(), reasons = Json::object();
  for (const Interval& one : intervals.of) {
    of[one.name] = one.low ? Json{*one.low, *one.high} : Json(nullptr);
    if (!one.low) reasons[one.name] = one.reason;
    if (one.dropped > 0) dropped[one.name] = one.dropped;
  }
  Json json{{"unit", intervals.unit},
            {"units", intervals.units},
            {"method", method_name(intervals.options.method)},
            {"confidence", intervals.options.confidence},
            {"resamples", intervals.options.resamples},
            {"seed", intervals.options.seed},
            {"of", of},
            {"dropped", dropped}};
  if (!reasons.empty()) json["reasons"] = reasons;
  return json;
}

}  // namespace

void add_summary(Json& json, const Summary& summary, const std::optional<Intervals>& intervals,
                 EmptyRule empty, double confidence) {
  json["counts"] = counts_json(summary.counts);
  json["overlap"] = overlap_json(summary, empty);
  json["geometry"] = geometry_json(summary);
  json["class"] = class_json(summary.classes, confidence);
  if (intervals) json["intervals"] = intervals_json(*intervals);
}

}  // namespace tn
