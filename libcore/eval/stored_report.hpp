// A report read back, so that runs can be compared.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "libcore/eval/sample.hpp"

namespace tn {

struct StoredReport {
  std::string name;  // the file
  nlohmann::ordered_json json;
  std::vector<CaseScore> cases;
  EmptyRule empty = EmptyRule::score;
  double threshold = 0.5;
  SurfaceOptions surface;
};

// Throws Error(no_input), or Error(bad_data) "NAME: reason" for what is no tn-report(5) with its cases.
StoredReport read_report(const std::string& path);
StoredReport parse_report(const std::string& text, const std::string& name);

// The report's value of a statistic (see sample.hpp): the outer nothing if the report does not have it at
// all, the inner one where it is null.
std::optional<std::optional<double>> stored_value(const StoredReport& report, const std::string& statistic);

}  // namespace tn
