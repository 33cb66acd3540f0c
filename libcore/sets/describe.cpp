#include "libcore/sets/describe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <set>
#include <utility>

#include "libcore/base/text.hpp"
#include "libcore/data/select.hpp"
#include "libcore/image/mask.hpp"
#include "libcore/sets/measure.hpp"

namespace tn {
namespace {

using nlohmann::ordered_json;

struct Measured {
  std::optional<ImageSize> size;
  std::optional<int> nodule_px;  // nothing: no mask
};

double quantile(const std::vector<double>& sorted, double q) {
  const double at = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - std::floor(at)) * (sorted[above] - sorted[below]);
}

Measured measure(const Record& record, const std::string& root) {
  Measured measured;
  if (record.is_null("image") && record.is_null("size")) return measured;
  measured.size = size_of(record, root);
  if (const auto mask = load_mask(record, root, *measured.size)) measured.nodule_px = cv::countNonZero(*mask);
  return measured;
}

std::string split_of(const Record& record) {
  const auto split = value_text(record, "split");
  const auto fold = value_text(record, "fold");
  if (split && fold) return fmt::format("{} (fold {})", *split, *fold);
  if (fold) return fmt::format("fold {}", *fold);
  return split.value_or("none");
}

ordered_json to_json(const Spread& spread) {
  if (spread.count == 0) return nullptr;
  return {{"n", spread.count},       {"min", spread.least}, {"q1", spread.lower},
          {"median", spread.median}, {"q3", spread.upper},  {"max", spread.most}};
}

std::string row(const std::string& name, const Spread& spread, int digits) {
  if (spread.count == 0) return "";
  return fmt::format("  {:<22}{:>10.{}f}{:>10.{}f}{:>10.{}f}{:>10.{}f}{:>10.{}f}\n", name, spread.least,
                     digits, spread.lower, digits, spread.median, digits, spread.upper, digits, spread.most,
                     digits);
}

// Splits by rows, labels by columns.
std::string table(const SetDescription& set) {
  std::set<std::string> labels;
  for (const auto& [split, counts] : set.labels)
    for (const auto& [label, count] : counts) labels.insert(label);
  std::string text = fmt::format("\n{:<20}{:>10}{:>10}", "split", "records", "patients");
  for (const std::string& label : labels) text += fmt::format("{:>12}", printable(label, 40));
  text += '\n';
  std::map<std::string, std::size_t> all;
  for (const auto& [split, counts] : set.labels) {
    std::size_t sum = 0;
    for (const auto& [label, count] : counts) sum += count;
    const auto patients = set.patients_in.find(split);
    text += fmt::format("{:<20}{:>10}{:>10}", printable(split, 40), sum,
                        patients == set.patients_in.end() ? 0 : patients->second);
    for (const std::string& label : labels) {
      const auto count = counts.find(label);
      const std::size_t n = count == counts.end() ? 0 : count->second;
      text += fmt::format(
          "{:>12}", fmt::format("{} {:.0f}%", n, 100.0 * static_cast<double>(n) / static_cast<double>(sum)));
      all[label] += n;
    }
    text += '\n';
  }
  text += fmt::format("{:<20}{:>10}{:>10}", "all", set.records, set.patients);
  for (const std::string& label : labels)
    text += fmt::format(
        "{:>12}", fmt::format("{} {:.0f}%", all[label],
                              100.0 * static_cast<double>(all[label]) / static_cast<double>(set.records)));
  return text + '\n';
}

}  // namespace

Spread spread_of(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  return {values.size(),         values.front(),         quantile(values, 0.25),
          quantile(values, 0.5), quantile(values, 0.75), values.back()};
}

SetDescription describe(std::vector<Record>& records, const std::string& root, int jobs, const Tick& tick) {
  SetDescription set;
  std::vector<Measured> measured(records.size());
  set.failures =
      for_each_good(records, jobs, tick, [&](std::size_t i) { measured[i] = measure(records[i], root); });
  set.records = records.size();
  std::vector<double> widths, heights, areas, shares;
  std::map<std::string, std::vector<double>> shares_of;
  std::set<std::string> patients;
  std::map<std::string, std::set<std::string>> patients_in;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const std::string split = split_of(records[i]);
    const std::string label = value_text(records[i], "label").value_or("none");
    ++set.labels[split][label];
    if (const auto patient = value_text(records[i], "patient")) {
      patients.insert(*patient);
      patients_in[split].insert(*patient);
    }
    if (records[i].failed()) {
      ++set.errors;
      continue;
    }
    if (measured[i].size) {
      widths.push_back(measured[i].size->width);
      heights.push_back(measured[i].size->height);
    }
    if (!measured[i].nodule_px) {
      ++set.without_mask;
    } else if (*measured[i].nodule_px == 0) {
      ++set.empty_masks;
    } else {
      ++set.masks;
      areas.push_back(*measured[i].nodule_px);
      shares.push_back(areas.back() / (widths.back() * heights.back()));
      shares_of[label].push_back(shares.back());
    }
  }
  set.patients = patients.size();
  for (const auto& [split, names] : patients_in) set.patients_in[split] = names.size();
  set.width_px = spread_of(std::move(widths));
  set.height_px = spread_of(std::move(heights));
  set.nodule_px = spread_of(std::move(areas));
  set.nodule_share = spread_of(std::move(shares));
  for (auto& [label, values] : shares_of) set.share_by_label[label] = spread_of(std::move(values));
  return set;
}

std::string description_text(const SetDescription& set) {
  std::string text = fmt::format("{}, {}, {}\n", counted(set.records, "record"),
                                 counted(set.patients, "patient"), counted(set.errors, "error"));
  if (set.records == 0) return text;
  text += table(set);
  text += fmt::format("\nmasks: {} with a nodule, {} empty, {} without\n", set.masks, set.empty_masks,
                      set.without_mask);
  if (set.width_px.count == 0) return text;
  text +=
      fmt::format("\n{:<24}{:>10}{:>10}{:>10}{:>10}{:>10}\n", "", "least", "quarter", "half", "3/4", "most");
  text += row("width px", set.width_px, 0) + row("height px", set.height_px, 0);
  text += row("nodule px", set.nodule_px, 0) + row("nodule / image", set.nodule_share, 4);
  for (const auto& [label, spread] : set.share_by_label) text += row("  " + printable(label, 18), spread, 4);
  return text;
}

std::string description_json(const SetDescription& set) {
  ordered_json json{{"records", set.records}, {"errors", set.errors}, {"patients", set.patients}};
  json["splits"] = ordered_json::object();
  for (const auto& [split, counts] : set.labels) {
    std::size_t sum = 0;
    for (const auto& [label, count] : counts) sum += count;
    const auto patients = set.patients_in.find(split);
    json["splits"][split] = {{"records", sum},
                             {"patients", patients == set.patients_in.end() ? 0 : patients->second},
                             {"labels", counts}};
  }
  json["masks"] = {{"nodule", set.masks}, {"empty", set.empty_masks}, {"none", set.without_mask}};
  json["width_px"] = to_json(set.width_px);
  json["height_px"] = to_json(set.height_px);
  json["nodule_px"] = to_json(set.nodule_px);
  json["nodule_share"] = to_json(set.nodule_share);
  json["nodule_share_by_label"] = ordered_json::object();
  for (const auto& [label, spread] : set.share_by_label)
    json["nodule_share_by_label"][label] = to_json(spread);
  return json.dump();
}

}  // namespace tn
