#include "libcore/plot/html_tables.hpp"

#include <fmt/format.h>

#include "libcore/plot/html_text.hpp"

namespace tn {
namespace {

using Json = ReportJson;

// The value at a path of keys, or null.
const Json& at(const Json& json, std::initializer_list<const char*> path) {
  static const Json nothing;
  const Json* here = &json;
  for (const char* key : path) {
    if (!here->is_object() || !here->contains(key)) return nothing;
    here = &(*here)[key];
  }
  return *here;
}

std::string number(const Json& value) {
  if (value.is_number_integer()) return std::to_string(value.get<std::int64_t>());
  if (!value.is_number()) return value.is_null() ? "undefined" : escaped(value.dump());
  const double number = value.get<double>();
  return std::abs(number) < 100 ? fmt::format("{:.3f}", number) : fmt::format("{:.1f}", number);
}

std::string interval(const Json& part, const std::string& statistic) {
  const Json& ends = at(part, {"intervals", "of", statistic.c_str()});
  return ends.is_array() ? fmt::format("{} to {}", number(ends[0]), number(ends[1])) : "";
}

const Json* find(const Json& part, const std::string& statistic) {
  const auto dot = statistic.rfind('.');
  const std::string family = statistic.substr(0, dot), leaf = statistic.substr(dot + 1);
  for (const Json* group : {&at(part, {family.c_str()}), &at(part, {"overlap", family.c_str()}),
                            &at(part, {"geometry", family.c_str()})})
    if (group->is_object() && group->contains(leaf)) return &(*group)[leaf];
  return nullptr;
}

std::string cell(const std::string& text) {
  return "<td>" + text + "</td>";
}

std::string table(const std::string& caption, const std::vector<std::string>& heads,
                  const std::string& rows) {
  std::string html =
      "<div class=\"scroll\" tabindex=\"0\"><table><caption>" + caption + "</caption><thead><tr>";
  for (const std::string& head : heads) html += "<th scope=\"col\">" + escaped(head) + "</th>";
  return html + "</tr></thead><tbody>" + rows + "</tbody></table></div>\n";
}

std::string spread_rows(const Json& part, const Json& groups) {
  std::string rows;
  for (const auto& [name, one] : groups.items()) {
    if (!one.is_object() || !one.contains("mean")) continue;
    rows += "<tr><th scope=\"row\" class=\"t\">" + escaped(name) + "</th>" + cell(number(one["n"])) +
            cell(number(one["mean"])) + cell(interval(part, name + ".mean")) + cell(number(one["median"])) +
            cell(number(one["sd"])) + cell(one.contains("pooled") ? number(one["pooled"]) : "") + "</tr>";
  }
  return rows;
}

std::string class_rows(const Json& part) {
  std::string rows;
  for (const auto& [name, value] : at(part, {"class"}).items())
    if (value.is_number() || (value.is_null() && !name.starts_with("auroc_")))
      rows += "<tr><th scope=\"row\" class=\"t\">" + escaped(name) + "</th>" + cell(number(value)) +
              cell(interval(part, "class." + name)) + "</tr>";
  return rows;
}

std::string card(const std::string& name, const Json& part, const std::string& statistic) {
  const Json* value = find(part, statistic);
  if (!value || !value->is_number()) return "";
  const std::string ends = interval(part, statistic);
  return fmt::format("<div class=\"card\"><span>{}</span><b>{}</b><span>{}</span></div>\n", name,
                     number(*value), ends.empty() ? "no interval" : ends);
}

std::string count_words(const Json& json, const char* part, const char* key, const char* words) {
  const Json& count = at(json, {"counts", part, key});
  if (!count.is_number_integer() || count == 0) return "";
  return fmt::format("{} {}", count.get<std::int64_t>(), words);
}

std::string entry(const char* name, const std::string& html) {
  return fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, html);
}

std::string intervals_words(const Json& json) {
  const Json& of = at(json, {"intervals"});
  if (!of.is_object()) return "none";
  return escaped(fmt::format("{} bootstrap of {} resamples over {} ({}), {:.3g} %, seed {}",
                             of["method"].get<std::string>(), of["resamples"].get<std::int64_t>(),
                             of["unit"].get<std::string>(), of["units"].get<std::int64_t>(),
                             of["confidence"].get<double>() * 100, of["seed"].dump()));
}

}  // namespace

std::string statistic_text(const ReportJson& part, const std::string& statistic) {
  const Json* value = find(part, statistic);
  if (!value) return "";
  const std::string ends = interval(part, statistic);
  return number(*value) + (ends.empty() ? "" : " (" + ends + ")");
}

std::string cards_html(const StoredReport& report) {
  const Json& json = report.json;
  return "<div class=\"cards\">\n" + card("Dice, mean", json, "dice.mean") +
         card("Dice, pooled", json, "dice.pooled") + card("IoU, mean", json, "iou.mean") +
         card("HD95, mean, " + escaped(at(json, {"definitions", "distance_unit"}).get<std::string>()), json,
              "hd95.mean") +
         card("AUROC", json, "class.auroc") + card("Accuracy", json, "class.accuracy") +
         card("Sensitivity", json, "class.sensitivity") + card("Specificity", json, "class.specificity") +
         "</div>\n";
}

std::string counts_html(const StoredReport& report) {
  const Json& json = report.json;
  std::string html = fmt::format(
      "<p>{} records, {} patients; {} masks and {} classes scored.", number(at(json, {"counts", "records"})),
      number(at(json, {"counts", "patients"})), number(at(json, {"counts", "mask", "scored"})),
      number(at(json, {"counts", "class", "scored"})));
  std::string wrong;
  const auto add = [&](const std::string& words) {
    if (!words.empty()) wrong += (wrong.empty() ? "" : "; ") + words;
  };
  const Json& failed = at(json, {"counts", "failed"});
  if (failed.is_number_integer() && failed != 0) add(number(failed) + " failed");
  add(count_words(json, "mask", "missing", "without a predicted mask"));
  add(count_words(json, "mask", "dropped", "dropped for an empty mask"));
  add(count_words(json, "mask", "predicted_empty", "with a nodule drawn and nothing predicted"));
  add(count_words(json, "mask", "drawn_empty", "with nothing drawn and a nodule predicted"));
  add(count_words(json, "class", "missing", "without a probability"));
  if (!wrong.empty()) html += " <span class=\"warn\">" + wrong + ".</span>";
  return html + "</p>\n";
}

std::string metrics_html(const StoredReport& report) {
  const Json& json = report.json;
  const std::vector<std::string> heads{"metric", "n", "mean", "interval", "median", "SD", "pooled"};
  std::string html = "<div class=\"tables\">\n";
  const std::string overlap = spread_rows(json, at(json, {"overlap"}));
  const std::string geometry = spread_rows(json, at(json, {"geometry"}));
  if (!overlap.empty()) html += table("Overlap", heads, overlap);
  if (!geometry.empty()) html += table("Distance and place", heads, geometry);
  const std::string classes = class_rows(json);
  if (!classes.empty()) html += table("Class", {"metric", "value", "interval"}, classes);
  return html + "</div>\n";
}

std::string subgroups_html(const StoredReport& report) {
  const Json& groups = at(report.json, {"subgroups"});
  if (!groups.is_array() || groups.empty())
    return "<p class=\"note\">The report has no subgroups; tn-eval --by KEY makes them.</p>\n";
  std::string html = "<div class=\"tables\">\n", rows, key;
  const auto flush = [&] {
    if (!rows.empty())
      html += table("By " + escaped(key),
                    {"value", "records", "Dice, mean", "IoU, mean", "accuracy", "AUROC"}, rows);
    rows.clear();
  };
  for (const Json& one : groups) {
    if (one["by"] != key) flush();
    key = one["by"].get<std::string>();
    rows += "<tr><th scope=\"row\" class=\"t\">" + escaped(one["value"].get<std::string>()) + "</th>" +
            cell(number(at(one, {"counts", "records"})));
    for (const char* statistic : {"dice.mean", "iou.mean", "class.accuracy", "class.auroc"})
      rows += cell(statistic_text(one, statistic));
    rows += "</tr>";
  }
  flush();
  return html + "</div>\n";
}

std::string provenance_html(const StoredReport& report) {
  const Json& json = report.json;
  std::string html = "<dl>\n";
  const Json& records = at(json, {"made_from", "records"});
  html +=
      entry("Records", "<code>SHA-256 " +
                           escaped(records.is_string() ? records.get<std::string>() : "unknown") + "</code>" +
                           (at(json, {"made_from", "cut_off"}) == true ? " (the input was cut off)" : ""));
  for (const Json& model : at(json, {"made_from", "models"}))
    html += entry("Model", "<code>SHA-256 " + escaped(model.get<std::string>()) + "</code>");
  const Json& source = at(json, {"label_source"});
  html += entry("Labels from", source.is_string() ? escaped(source.get<std::string>()) : "not stated");
  html += entry("Class threshold", number(at(json, {"definitions", "class_threshold"})) + ", " +
                                       escaped(at(json, {"definitions", "class_threshold_from"}).dump()));
  html += entry("Intervals", intervals_words(json));
  for (const Json& program : at(json, {"pg"}))
    html += entry("Program", escaped(program.value("id", "") + " " + program.value("version", "")) +
                                 ": <code>" + escaped(program.value("cl", "")) + "</code>");
  html += "</dl>\n<details><summary>Definitions</summary><dl>\n";
  for (const auto& [name, text] : at(json, {"definitions", "texts"}).items())
    html += "<dt>" + escaped(name) + "</dt><dd>" +
            escaped(text.is_string() ? text.get<std::string>() : text.dump()) + "</dd>\n";
  return html + "</dl></details>\n";
}

}  // namespace tn
