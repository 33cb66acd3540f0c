// What tn-eval can be told, and which of it contradicts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libcore/cli/run_tool.hpp"
#include "libcore/eval/joint_table.hpp"
#include "libcore/eval/outputs.hpp"
#include "libcore/eval/submission.hpp"

namespace tn::evaluation {

struct Options {
  std::vector<std::string> inputs;
  std::vector<std::string> select;
  EvalOptions eval;
  ReportOptions report;
  OutputOptions outputs;
  ReadOptions read;
  std::vector<std::string> nsd_tolerances;
  std::vector<std::string> at_sensitivity, at_specificity, at_threshold;
  std::int64_t seed = 0;
  bool explain = false;
  std::optional<std::string> baseline;
  GateOptions gate;
  std::vector<std::string> tolerances;
  bool compare = false;
  std::int64_t permutations = 10000;
  bool table = false;
  TableOptions joint;
  std::optional<std::string> latex;
  bool agreement = false;
  std::vector<std::string> predicted;
  std::optional<std::string> submission;
  std::int64_t submission_cases = kTnScuiCases;
  bool no_pg = false;
};

// Texts put into the fields that the library reads, and all of it checked. Throws Error(usage), for an option
// on the command line too that the work asked for has no use for.
Options settled(Options options, const Invocation& call);

}  // namespace tn::evaluation
