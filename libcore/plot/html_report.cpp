#include "libcore/plot/html_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "libcore/base/error.hpp"
#include "libcore/base/interrupt.hpp"
#include "libcore/base/version.hpp"
#include "libcore/plot/case_charts.hpp"
#include "libcore/plot/embedded.hpp"
#include "libcore/plot/html_tables.hpp"
#include "libcore/plot/html_text.hpp"

namespace tn {
namespace {

constexpr int kChartWidth = 480, kChartHeight = 380;
constexpr const char* kColumns[] = {"dice", "iou", "hd95"};  // of the case table, from `metrics`

class Charts {
 public:
  explicit Charts(const Theme& theme) : theme_(theme) {}

  // A chart that the cases do not allow leaves its reason in its place.
  template <typename Make>
  void add(const std::string& words, const Make& make) {
    try {
      const std::string svg = make();
      html_ += "<figure>" + inline_svg(svg, fmt::format("c{}-", ++count_), words) + "</figure>\n";
    } catch (const Error& error) {
      if (error.exit_code() != Exit::bad_data) throw;
      html_ +=
          fmt::format("<p class=\"note\">No chart of {}: {}.</p>\n", escaped(words), escaped(error.what()));
    }
  }

  std::string panels(const std::vector<Chart>& charts, int height) const {
    return draw_panels(charts, kChartWidth, height, PictureFormat::svg, theme_);
  }
  const Theme& theme() const { return theme_; }
  const std::string& html() const { return html_; }

 private:
  const Theme& theme_;
  std::string html_;
  int count_ = 0;
};

// Keys of subgroups that are keys of the records, and the label.
std::vector<std::string> box_keys(const HtmlReportInput& input) {
  std::vector<std::string> keys{"label"};
  if (!input.records) return keys;
  for (const auto& one : input.report.json.value("subgroups", ReportJson::array())) {
    const std::string key = one.at("by").get<std::string>();
    const bool known = std::ranges::any_of(input.records->records,
                                           [&](const Record& record) { return record.at(key).has_value(); });
    if (known && std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
  }
  return keys;
}

std::string charts_html(const HtmlReportInput& input, const Theme& theme) {
  Charts charts(theme);
  const std::span<const CaseRun> runs(&input.run, 1);
  const CaseRun& records = input.records ? *input.records : input.run;
  const IntervalOptions band;
  for (const std::string& key : box_keys(input))
    charts.add("Dice by " + key,
               [&] { return charts.panels({box_chart(records, "dice", key)}, kChartHeight); });
  charts.add("ROC", [&] { return charts.panels({roc_chart(runs, band)}, kChartHeight); });
  charts.add("precision and recall", [&] { return charts.panels({pr_chart(runs, band)}, kChartHeight); });
  charts.add("reliability", [&] { return charts.panels(reliability_charts(runs), kChartHeight / 2 + 30); });
  charts.add("confusion", [&] {
    Canvas canvas(PictureFormat::svg, kChartWidth, kChartHeight, charts.theme());
    draw_confusion(canvas, input.run, input.run.threshold, {14, 14, kChartWidth - 60, kChartHeight - 28});
    return canvas.finish();
  });
  charts.add("areas", [&] { return charts.panels({area_chart(records)}, kChartHeight); });
  return "<div class=\"charts\">\n" + charts.html() + "</div>\n";
}

std::string number_cell(const std::optional<double>& value, int digits = 3) {
  if (!value) return "<td data-v=\"\"></td>";
  return fmt::format("<td data-v=\"{:.6g}\">{:.{}f}</td>", *value, *value, digits);
}

std::string text_cell(const std::string& text) {
  return "<td class=\"t\">" + escaped(text) + "</td>";
}

std::string kinds_of(const CaseScore& one, double threshold) {
  std::string kinds;
  if (one.malignant) kinds += *one.malignant ? "malignant " : "benign ";
  if (one.malignant && one.p_malignant && (*one.p_malignant >= threshold) != *one.malignant)
    kinds += "wrong ";
  if (one.error || one.mask_missing || one.class_missing) kinds += "failed ";
  return kinds;
}

std::string note_of(const CaseScore& one, double threshold) {
  if (one.error) return *one.error;
  if (one.mask_missing) return "no predicted mask";
  if (one.class_missing) return "no probability";
  return kinds_of(one, threshold).find("wrong") != std::string::npos ? "class wrong" : "";
}

std::string row_html(const CaseRun& run, std::size_t i, const std::string& thumbnail, bool pictures) {
  const CaseScore& one = run.cases[i];
  std::string html =
      fmt::format("<tr data-id=\"{}\" data-kinds=\"{}\">", escaped(one.id), kinds_of(one, run.threshold));
  if (pictures) html += "<td data-v=\"\">" + thumbnail + "</td>";
  html += text_cell(one.id) + text_cell(one.patient.value_or("")) + text_cell(one.label.value_or(""));
  html += number_cell(one.p_malignant, 2);
  for (const char* column : kColumns)
    html += number_cell(number_at(run.records[i], std::string("metrics.") + column));
  return html + text_cell(note_of(one, run.threshold)) + "</tr>\n";
}

std::string head_html(bool pictures) {
  std::string html = pictures ? "<th scope=\"col\">picture</th>" : "";
  const auto add = [&](const char* name, const char* key, bool text = false) {
    html += fmt::format("<th scope=\"col\" data-key=\"{}\"{}><button type=\"button\">{}</button></th>", key,
                        text ? " class=\"t\"" : "", name);
  };
  add("id", "id", true);
  add("patient", "patient", true);
  add("label", "label", true);
  add("P(malignant)", "p");
  add("Dice", "dice");
  add("IoU", "iou");
  add("HD95", "hd95");
  add("note", "note", true);
  return html;
}

// Pictures of the cases by id; what cannot be read is told and has none.
std::map<std::string, std::string> thumbnails(const HtmlReportInput& input, const HtmlReportOptions& options,
                                              const PictureNews& news) {
  std::map<std::string, std::string> result;
  if (!input.records || !options.thumbnails) return result;
  const std::size_t room = kPictureBytes / std::max<std::size_t>(1, input.records->records.size()) * 3 / 4;
  for (const Record& record : input.records->records) {
    stop_if_interrupted("interrupted; no report was written");
    const CasePicture picture = load_case(record, options.root, {options.max_pixels});
    if (!picture.error) result[picture.id] = thumbnail_html(picture, room > 1200 ? room - 1200 : 0);
    news(picture.id, picture.failed_here ? picture.error : std::nullopt);
  }
  return result;
}

constexpr const char* kTools = R"(<div class="tools">
<label>Filter <input type="search" id="filter" placeholder="words, or dice&lt;0.5 p&gt;=0.8"></label>
<label>Show <select id="kind"><option value="">all</option><option value="benign">benign</option><option value="malignant">malignant</option><option value="wrong">class wrong</option><option value="failed">missing or failed</option></select></label>
<span id="shown" role="status"></span>
</div>
)";

constexpr const char* kDialog = R"(<dialog id="big-case" aria-labelledby="big-title">
<h3 id="big-title"></h3><p class="facts note"></p><div class="big"></div>
<div class="tools"><button type="button" id="previous">Previous</button><button type="button" id="next">Next</button>
<label><input type="checkbox" id="show-drawn" checked> <span class="key"></span> drawn</label>
<label><input type="checkbox" id="show-predicted" checked> <span class="key p"></span> predicted</label>
<button type="button" id="close">Close</button></div>
</dialog>
)";

std::string cases_html(const HtmlReportInput& input, const HtmlReportOptions& options,
                       const PictureNews& news) {
  const auto pictures = thumbnails(input, options, news);
  std::string html = std::string(kTools) +
                     "<div class=\"scroll\" tabindex=\"0\"><table id=\"case-table\"><thead><tr>" +
                     head_html(!pictures.empty()) + "</tr></thead><tbody>\n";
  for (std::size_t i = 0; i < input.run.cases.size(); ++i) {
    const auto picture = pictures.find(input.run.cases[i].id);
    html += row_html(input.run, i, picture == pictures.end() ? "" : picture->second, !pictures.empty());
  }
  return html + "</tbody></table></div>\n" + (pictures.empty() ? "" : kDialog);
}

void check_same_cases(const HtmlReportInput& input) {
  std::set<std::string> known;
  for (const CaseScore& one : input.run.cases) known.insert(one.id);
  for (const Record& record : input.records->records)
    if (known.erase(record.id()) == 0)
      throw Error(Exit::bad_data, "{}: case {} is not in {}", input.records->path, record.id(),
                  input.run.path);
  if (!known.empty())
    throw Error(Exit::bad_data, "{}: case {} of {} is not there", input.records->path, *known.begin(),
                input.run.path);
}

// Outlines of one model beside the numbers of another would be believed.
void check_same_models(const HtmlReportInput& input) {
  const auto& models = input.report.json.at("made_from").at("models");
  for (const Record& record : input.records->records) {
    const auto model = record.text("model");
    if (model && std::find(models.begin(), models.end(), *model) == models.end())
      throw Error(Exit::bad_data, "{}: case {} was answered by model {}, which is none of {}",
                  input.records->path, record.id(), *model, input.run.path);
  }
}

std::string section(const char* id, const char* title, const std::string& html) {
  return fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n{}</section>\n", id, title, html);
}

}  // namespace

std::string html_report(const HtmlReportInput& input, const HtmlReportOptions& options,
                        const PictureNews& news) {
  if (input.records) {
    check_same_cases(input);
    check_same_models(input);
  }
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\" data-theme=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src "
      "'unsafe-inline'; script-src "
      "'unsafe-inline'\">\n<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n",
      options.theme == ThemeName::dark ? "dark" : "light", escaped(options.title), report_style());
  html += fmt::format("<header><h1>{}</h1>\n<nav aria-label=\"sections\">", escaped(options.title));
  for (const auto& [id, title] : {std::pair{"summary", "Summary"},
                                  {"charts", "Charts"},
                                  {"subgroups", "Subgroups"},
                                  {"cases", "Cases"},
                                  {"provenance", "Provenance"}})
    html += fmt::format("<a href=\"#{}\">{}</a>", id, title);
  html += "</nav></header>\n<main>\n";
  html += section("summary", "Summary",
                  counts_html(input.report) + cards_html(input.report) + metrics_html(input.report));
  html += section("charts", "Charts", charts_html(input, theme_of(options.theme)));
  html += section("subgroups", "Subgroups", subgroups_html(input.report));
  html += section("cases", "Cases", cases_html(input, options, news));
  html += section("provenance", "Provenance", provenance_html(input.report));
  html += fmt::format(
      "</main>\n<footer class=\"note\">Made by tn-viz {}. For research; not a medical device.</footer>\n",
      version());
  return html + fmt::format("<script>\n{}</script>\n</body>\n</html>\n", report_script());
}

}  // namespace tn
