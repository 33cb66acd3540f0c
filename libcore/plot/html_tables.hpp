// The tables of an HTML report, from the report's JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "libcore/eval/stored_report.hpp"

namespace tn {

using ReportJson = nlohmann::ordered_json;

// "0.123 (0.100 to 0.150)": a statistic with its interval; empty if the part has not got it, "undefined" if
// null. `part`: the report or one of its subgroups.
std::string statistic_text(const ReportJson& part, const std::string& statistic);

std::string cards_html(const StoredReport& report);      // the few numbers to see first
std::string counts_html(const StoredReport& report);     // in words, with what is missing or failed
std::string metrics_html(const StoredReport& report);    // every metric
std::string subgroups_html(const StoredReport& report);  // a table a key; a sentence where there is none
std::string provenance_html(const StoredReport& report);

}  // namespace tn
