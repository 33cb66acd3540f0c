#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "libcore/eval/agreement.hpp"
#include "libcore/eval/markdown.hpp"
#include "libcore/eval/report.hpp"
#include "libcore/eval/summary_json.hpp"

namespace tn {
namespace {

using Json = nlohmann::ordered_json;

std::string range_text(const std::optional<double>& low, const std::optional<double>& high) {
  return low ? fmt::format("{:.3f} to {:.3f}", *low, *high) : kNoNumber;
}

std::string interval_text(const AgreementPair& pair, std::string_view name) {
  if (pair.intervals)
    for (const Interval& one : pair.intervals->of)
      if (one.name == name) return range_text(one.low, one.high);
  return kNoNumber;
}

std::optional<double> mean_of(const AgreementPair& pair, std::string_view metric) {
  for (const MetricSummary& one : pair.summary.overlap)
    if (one.metric->name == metric) return one.over_cases.mean;
  for (const GeometrySummary& one : pair.summary.geometry)
    if (one.metric.name == metric) return one.over_cases.mean;
  return std::nullopt;
}

std::string pair_table(const Agreement& agreement, const EvalOptions& options) {
  const std::string unit = options.surface.millimetres ? " (mm)" : " (px)";
  std::vector<std::string> titles{"Pair", "Masks",       "Dice",     "Interval",
                                  "IoU",  "HD95" + unit, "Interval", "ASSD" + unit};
  std::vector<std::string> nsd;
  for (const GeometryMetric& metric : geometry_metrics(options.surface))
    if (metric.name.starts_with("nsd@")) {
      titles.push_back(metric.title);
      nsd.push_back(metric.name);
    }
  titles.insert(titles.end(), {"Classes", "Same class", "Kappa", "Not compared"});
  std::string text = markdown_head(titles, "lrrrrrrr" + std::string(nsd.size(), 'r') + "rrrl");
  for (const AgreementPair& pair : agreement.pairs) {
    std::vector<std::string> cells{
        markdown_cell(pair.a + " – " + pair.b), std::to_string(pair.summary.counts.mask_scored),
        markdown_number(mean_of(pair, "dice")), interval_text(pair, "dice.mean"),
        markdown_number(mean_of(pair, "iou")),  markdown_number(mean_of(pair, "hd95")),
        interval_text(pair, "hd95.mean"),       markdown_number(mean_of(pair, "assd"))};
    for (const std::string& name : nsd) cells.push_back(markdown_number(mean_of(pair, name)));
    const ClassCounts& classes = pair.classes.counts;
    cells.push_back(std::to_string(classes.tp + classes.fp + classes.fn + classes.tn));
    cells.push_back(markdown_number(pair.classes.share));
    cells.push_back(markdown_number(pair.classes.kappa));
    const CaseCounts& counts = pair.summary.counts;
    cells.push_back(counts.failed + counts.mask_missing == 0
                        ? kNoNumber
                        : fmt::format("{} missing, {} failed", counts.mask_missing, counts.failed));
    text += markdown_row(cells);
  }
  return text;
}

std::string spread_table(const ModelSpread& spread) {
  std::string text = fmt::format("\n## {} among the readers\n", markdown_cell(spread.model));
  text += markdown_head({"Metric", "Cases", "Readers among themselves", "Model with readers",
                         "Interval of the change", "As good as the widest pair", "Verdict"},
                        "lrrrrrl");
  for (const SpreadRow& row : spread.rows)
    text += markdown_row({row.metric, std::to_string(row.cases), markdown_number(row.readers),
                          markdown_number(row.model), range_text(row.change.low, row.change.high),
                          fmt::format("{} of {}", row.as_good, row.cases),
                          std::string(verdict_name(row.verdict))});
  return text +
         "\nMeans over the cases that every pair has. better, worse: the interval excludes no change; "
         "within: "
         "it does not.\n";
}

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json pair_json(const AgreementPair& pair, const EvalOptions& options) {
  Json json{{"a", pair.a}, {"b", pair.b}, {"with_model", pair.with_model}};
  add_summary(json, pair.summary, pair.intervals, options.empty, options.intervals.confidence);
  json["counts"].erase("class");
  const ClassCounts& counts = pair.classes.counts;
  json["class"] = {{"same", or_null(pair.classes.share)},
                   {"kappa", or_null(pair.classes.kappa)},
                   {"cases", {{"tp", counts.tp}, {"fp", counts.fp}, {"fn", counts.fn}, {"tn", counts.tn}}}};
  return json;
}

Json spread_json(const ModelSpread& spread) {
  Json json{{"model", spread.model}, {"metrics", Json::array()}};
  for (const SpreadRow& row : spread.rows)
    json["metrics"].push_back(
        {{"metric", row.metric},
         {"cases", row.cases},
         {"readers", row.readers},
         {"model", row.model},
         {"interval", row.change.low ? Json{*row.change.low, *row.change.high} : Json(nullptr)},
         {"as_good", row.as_good},
         {"verdict", verdict_name(row.verdict)}});
  return json;
}

}  // namespace

std::string agreement_markdown(const Agreement& agreement, const EvalOptions& options) {
  std::string text =
      fmt::format("# Agreement\n\n{} cases; the unit of intervals is the {} ({} of them), {} resamples.\n",
                  agreement.ids.size(), agreement.unit, agreement.units, options.intervals.resamples);
  text += pair_table(agreement, options);
  for (const ModelSpread& spread : agreement.spreads) text += spread_table(spread);
  return text + "\nFor research; not a medical device.\n";
}

std::string agreement_json(const Agreement& agreement, const EvalOptions& options) {
  Json json{{"tn", "agreement"},
            {"v", 1},
            {"names", agreement.names},
            {"made_from", agreement.hashes},
            {"cases", agreement.ids.size()},
            {"unit", agreement.unit},
            {"units", agreement.units},
            {"definitions",
             {{"grid", "original"},
              {"empty", rule_name(options.empty)},
              {"distance_unit", options.surface.millimetres ? "mm" : "px"},
              {"hd95_form", form_name(options.surface.hd95)},
              {"nsd_form", form_name(options.surface.nsd)}}},
            {"pairs", Json::array()},
            {"spread", Json::array()}};
  for (const AgreementPair& pair : agreement.pairs) json["pairs"].push_back(pair_json(pair, options));
  for (const ModelSpread& spread : agreement.spreads) json["spread"].push_back(spread_json(spread));
  return json.dump(2) + "\n";
}

}  // namespace tn
