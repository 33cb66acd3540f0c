#include <fmt/format.h>

#include <algorithm>

#include "libcore/eval/gate.hpp"

namespace tn {
namespace {

using Json = nlohmann::ordered_json;

std::string xml(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '<')
      safe += "&lt;";
    else if (c == '&')
      safe += "&amp;";
    else if (c == '"')
      safe += "&quot;";
    else
      safe += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return safe;
}

std::string number(const std::optional<double>& value) {
  return value ? fmt::format("{:.4f}", *value) : "–";
}

std::string range_of(const GateRow& row) {
  return row.low ? fmt::format("{:.4f} to {:.4f}", *row.low, *row.high) : "–";
}

}  // namespace

std::string gate_markdown(const GateResult& result) {
  std::string text = fmt::format("\n## Gate\n\n{}\n", result.line);
  for (const std::string& obstacle : result.obstacles) text += fmt::format("\n- {}", obstacle);
  if (result.rows.empty()) return text + "\n";
  text += "\n| Metric | Baseline | Now | Worse by | Tolerance | Interval of the change | Verdict |\n";
  text += "| --- | ---: | ---: | ---: | ---: | ---: | --- |\n";
  for (const GateRow& row : result.rows)
    text += fmt::format("| {} | {:.4f} | {} | {} | {:.4f} | {} | {} |\n", row.metric, row.baseline,
                        number(row.current), row.current ? fmt::format("{:.4f}", row.worse_by) : "–",
                        row.tolerance, range_of(row), verdict_name(row.verdict));
  return text;
}

Json gate_json(const GateResult& result) {
  Json json{{"line", result.line}, {"exit", static_cast<int>(result.exit)}, {"obstacles", result.obstacles}};
  json["metrics"] = Json::array();
  for (const GateRow& row : result.rows)
    json["metrics"].push_back({{"metric", row.metric},
                               {"baseline", row.baseline},
                               {"current", row.current ? Json(*row.current) : Json(nullptr)},
                               {"worse_by", row.current ? Json(row.worse_by) : Json(nullptr)},
                               {"tolerance", row.tolerance},
                               {"interval", row.low ? Json{*row.low, *row.high} : Json(nullptr)},
                               {"verdict", verdict_name(row.verdict)}});
  return json;
}

std::string gate_junit(const GateResult& result) {
  const auto is = [](Verdict verdict) {
    return [verdict](const GateRow& row) { return row.verdict == verdict; };
  };
  const auto failures = std::ranges::count_if(result.rows, is(Verdict::fail));
  const auto passed = std::ranges::count_if(result.rows, is(Verdict::pass));
  const auto whole = static_cast<std::ptrdiff_t>(result.rows.size());
  const auto obstacles = static_cast<std::ptrdiff_t>(result.obstacles.size());
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  text += fmt::format("<testsuite name=\"tn-eval\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n",
                      whole + obstacles, failures, whole - failures - passed + obstacles);
  for (const std::string& obstacle : result.obstacles)
    text +=
        fmt::format("  <testcase classname=\"gate\" name=\"comparable\"><error message=\"{}\"/></testcase>\n",
                    xml(obstacle));
  for (const GateRow& row : result.rows) {
    text += fmt::format("  <testcase classname=\"gate\" name=\"{}\"", xml(row.metric));
    if (row.verdict == Verdict::pass) {
      text += "/>\n";
      continue;
    }
    text += fmt::format("><{} message=\"{}: {} -> {}, tolerance {:.4f}, change {}\"/></testcase>\n",
                        row.verdict == Verdict::fail ? "failure" : "error", verdict_name(row.verdict),
                        number(row.baseline), number(row.current), row.tolerance, range_of(row));
  }
  return text + "</testsuite>\n";
}

}  // namespace tn
