#include <fmt/format.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "libcore/eval/markdown.hpp"
#include "libcore/eval/operating_report.hpp"
#include "libcore/eval/report.hpp"

namespace tn {
namespace {

std::string first_lines(const Report& report) {
  const CaseCounts& counts = report.summary.counts;
  std::string text = fmt::format("# Evaluation\n\n{} records", counts.records);
  if (counts.patients > 0) text += fmt::format(" of {} patients", counts.patients);
  text += fmt::format(": {} masks and {} labels scored", counts.mask_scored, counts.class_scored);
  const std::string missing = shortfall(counts);
  text += missing.empty() ? ".\n" : "; " + missing + ".\n";
  if (const auto source = report.evaluation.header.text("label_source"))
    text += fmt::format("Labels: {}.\n", markdown_cell(*source));
  for (const std::string& model : report.evaluation.models)
    text += fmt::format("Model: {}\n", markdown_cell(model));
  if (report.evaluation.truncated) text += "The input was cut off: these are part of its records.\n";
  return text + fmt::format("Records: {}\n", report.evaluation.manifest_hash);
}

std::string empty_masks(const CaseCounts& counts, EmptyRule rule) {
  if (counts.both_empty + counts.drawn_empty + counts.predicted_empty == 0) return "";
  return fmt::format(
      "\nEmpty masks (rule: {}): neither drawn nor predicted {}, nothing drawn {}, nothing predicted {}; {} "
      "left out.\n",
      rule_name(rule), counts.both_empty, counts.drawn_empty, counts.predicted_empty, counts.mask_dropped);
}

// "0.812 to 0.874", or a dash.
std::string range_of(const std::optional<Intervals>& intervals, std::string_view name) {
  if (intervals)
    for (const Interval& one : intervals->of)
      if (one.name == name && one.low) return fmt::format("{:.3f} to {:.3f}", *one.low, *one.high);
  return kNoNumber;
}

std::string range_title(const std::optional<Intervals>& intervals) {
  if (!intervals) return "Interval";
  return fmt::format("{:g} % interval", 100 * intervals->options.confidence);
}

std::string interval_lines(const std::optional<Intervals>& intervals) {
  if (!intervals) return "";
  std::string text = fmt::format("\nIntervals: {} resamples of {} units ({}), {}.",
                                 intervals->options.resamples, intervals->units, intervals->unit,
                                 intervals->options.method == IntervalMethod::bca ? "BCa" : "percentile");
  std::int64_t most = 0;
  for (const Interval& one : intervals->of) most = std::max(most, one.dropped);
  if (most > 0)
    text += fmt::format(" Up to {} resamples were dropped where a number is undefined in them.", most);
  return text + "\n";
}

std::string segmentation(const Report& report) {
  const Summary& summary = report.summary;
  std::string text = "\n## Segmentation\n";
  if (summary.counts.mask_scored == 0)
    return text + "\nNo mask was scored" +
           (summary.counts.mask_missing > 0 ? ": tn-infer --emit mask writes those that are compared.\n"
                                            : ".\n");
  const MetricSummary& dice = summary.overlap.front();
  text += markdown_head({"Dice in its three readings", "", range_title(report.intervals)}, "lrr");
  const auto range = [&](const std::string& name) { return range_of(report.intervals, name); };
  text += markdown_row({"mean over cases", markdown_number(dice.over_cases.mean), range("dice.mean")});
  text += markdown_row({"pooled pixels", markdown_number(dice.pooled), range("dice.pooled")});
  text += markdown_row({"class mean (nodule and background)", markdown_number(summary.class_mean_dice),
                        range("dice.class_mean")});
  text += markdown_head({"Metric", "Mean", range_title(report.intervals), "Median", "SD", "Pooled", "Cases"},
                        "lrrrrrr");
  for (const MetricSummary& one : summary.overlap)
    text += markdown_row({std::string(one.metric->title), markdown_number(one.over_cases.mean),
                          range(std::string(one.metric->name) + ".mean"),
                          markdown_number(one.over_cases.median), markdown_number(one.over_cases.sd),
                          markdown_number(one.pooled), std::to_string(one.over_cases.n)});
  return text + empty_masks(summary.counts, report.evaluation.empty);
}

std::string geometry_tables(const Report& report) {
  const Summary& summary = report.summary;
  if (summary.counts.mask_scored == 0) return "";
  const char* unit = report.evaluation.surface.millimetres ? "mm" : "px";
  std::string text = markdown_head(
      {"Distance and place", "Mean", range_title(report.intervals), "Median", "SD", "Cases"}, "lrrrrr");
  for (const GeometrySummary& one : summary.geometry)
    text += markdown_row(
        {one.metric.title + (one.metric.distance ? fmt::format(", {}", unit) : std::string()),
         markdown_number(one.over_cases.mean), range_of(report.intervals, one.metric.name + ".mean"),
         markdown_number(one.over_cases.median), markdown_number(one.over_cases.sd),
         std::to_string(one.over_cases.n)});
  if (summary.regions_drawn > 0)
    text += fmt::format("\n{} of {} drawn regions detected: {}.\n", summary.regions_detected,
                        summary.regions_drawn, markdown_number(region_sensitivity(summary)));
  return text;
}

std::string threshold_text(const Evaluation& evaluation) {
  const std::string from = evaluation.threshold_source == ThresholdSource::model    ? "from the model"
                           : evaluation.threshold_source == ThresholdSource::option ? "given"
                                                                                    : "the default";
  return fmt::format("{} ({})", evaluation.threshold, from);
}

std::string classification(const Report& report) {
  const ClassSummary& classes = report.summary.classes;
  std::string text = "\n## Class\n";
  if (report.summary.counts.class_scored == 0) return text + "\nNo label was scored.\n";
  const ClassCounts& counts = classes.counts;
  text +=
      fmt::format("\nMalignant is the positive class; threshold {}.\n", threshold_text(report.evaluation));
  text += markdown_head({"Metric", "Value", range_title(report.intervals)}, "lrr");
  const auto range = [&](std::string_view name) {
    return range_of(report.intervals, "class." + std::string(name));
  };
  const auto probabilities = probability_metrics();
  for (std::size_t i = 0; i < probabilities.size(); ++i)
    text += markdown_row({std::string(probabilities[i].title), markdown_number(classes.probabilities[i]),
                          range(probabilities[i].name)});
  const auto decisions = decision_metrics();
  for (std::size_t i = 0; i < decisions.size(); ++i)
    text += markdown_row(
        {std::string(decisions[i].title), markdown_number(classes.decisions[i]), range(decisions[i].name)});
  if (classes.auroc) {
    const double confidence = report.evaluation.intervals.confidence;
    const AurocInterval interval = auroc_interval(*classes.auroc, confidence);
    text += fmt::format("\nAUROC by {}: {:g} % interval {:.3f} to {:.3f}.\n",
                        classes.one_case_each ? "DeLong" : "Obuchowski", 100 * confidence, interval.low,
                        interval.high);
  }
  text += markdown_head({"Label", "Called benign", "Called malignant"}, "lrr");
  text += markdown_row({"benign", std::to_string(counts.tn), std::to_string(counts.fp)});
  text += markdown_row({"malignant", std::to_string(counts.fn), std::to_string(counts.tp)});
  if (!class_value(classes, "auroc"))
    text += fmt::format("\n{} is undefined: {}.\n", kNoNumber, why_undefined("auroc", counts));
  return text;
}

std::string subgroup_tables(const Report& report) {
  std::string text, key;
  for (const Subgroup& part : report.subgroups) {
    if (part.key != key || text.empty()) {
      key = part.key;
      text += fmt::format("\n## By {}\n", markdown_cell(key));
      text += markdown_head(
          {"Value", "Records", "Masks", "Dice, mean", range_title(part.intervals), "Dice, median",
           "Dice, pooled", "Labels", "Accuracy", "AUROC", range_title(part.intervals), "Not scored"},
          "lrrrrrrrrrrl");
    }
    const Summary& summary = part.summary;
    const MetricSummary& dice = summary.overlap.front();
    const std::string missing = shortfall(summary.counts);
    text += markdown_row({markdown_cell(part.value), std::to_string(summary.counts.records),
                          std::to_string(summary.counts.mask_scored), markdown_number(dice.over_cases.mean),
                          range_of(part.intervals, "dice.mean"), markdown_number(dice.over_cases.median),
                          markdown_number(dice.pooled), std::to_string(summary.counts.class_scored),
                          markdown_number(class_value(summary.classes, "accuracy")),
                          markdown_number(class_value(summary.classes, "auroc")),
                          range_of(part.intervals, "class.auroc"), missing.empty() ? kNoNumber : missing});
  }
  return text;
}

std::string remark(const CaseScore& one) {
  if (one.error) return "failed: " + markdown_cell(*one.error);
  if (one.mask_missing) return one.class_missing ? "no predicted mask, no probability" : "no predicted mask";
  if (one.class_missing) return "no probability";
  if (!one.counts) return "";
  if (both_empty(*one.counts)) return "both masks empty";
  if (drawn_empty(*one.counts)) return "nothing drawn";
  return predicted_empty(*one.counts) ? "nothing predicted" : "";
}

std::string worst_tables(const Report& report) {
  const std::vector<CaseScore>& cases = report.evaluation.cases;
  std::string text;
  if (!report.worst.masks.empty()) {
    text += "\n## Lowest Dice\n" + markdown_head({"Id", "Dice", "Remark"}, "lrl");
    for (const std::size_t i : report.worst.masks)
      text += markdown_row(
          {markdown_cell(cases[i].id),
           markdown_number(value_of(overlap_metrics().front(), *cases[i].counts, report.evaluation.empty)),
           remark(cases[i])});
  }
  if (report.worst.classes.empty()) return text;
  text += "\n## Surest wrong calls\n" + markdown_head({"Id", "Label", "P(malignant)"}, "llr");
  for (const std::size_t i : report.worst.classes)
    text += markdown_row(
        {markdown_cell(cases[i].id), markdown_cell(*cases[i].label), markdown_number(cases[i].p_malignant)});
  return text;
}

std::string case_table(const Evaluation& evaluation) {
  std::string text =
      "\n## Cases\n" + markdown_head({"Id", "Label", "P(malignant)", "Dice", "IoU", "Remark"}, "llrrrl");
  const auto metrics = overlap_metrics();
  for (const CaseScore& one : evaluation.cases) {
    const auto value = [&](const OverlapMetric& metric) {
      return markdown_number(one.counts ? value_of(metric, *one.counts, evaluation.empty) : std::nullopt);
    };
    text +=
        markdown_row({markdown_cell(one.id), one.label ? markdown_cell(*one.label) : kNoNumber,
                      markdown_number(one.p_malignant), value(metrics[0]), value(metrics[1]), remark(one)});
  }
  return text;
}

}  // namespace

std::string report_markdown(const Report& report) {
  return first_lines(report) + (report.gate ? gate_markdown(*report.gate) : std::string()) +
         segmentation(report) + geometry_tables(report) + classification(report) +
         (report.operating ? operating_markdown(*report.operating) : std::string()) +
         subgroup_tables(report) + interval_lines(report.intervals) + worst_tables(report) +
         case_table(report.evaluation) +
         "\n`tn-eval --explain-metrics` says what the numbers mean. For research; not a medical device.\n";
}

}  // namespace tn
