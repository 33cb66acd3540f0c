// The evaluated cases of one model, as charts read them.
#pragma once

#include <string>
#include <vector>

#include "libcore/data/manifest.hpp"
#include "libcore/data/select.hpp"
#include "libcore/eval/case_score.hpp"
#include "libcore/eval/classification.hpp"
#include "libcore/eval/units.hpp"

namespace tn {

struct CaseRun {
  std::string name;              // in legends
  std::string path;              // in messages
  std::vector<Record> records;   // those that were chosen
  std::vector<CaseScore> cases;  // of them, in the same order
  double threshold = 0.5;        // of p_malignant: the report's, else the header's model's
  bool is_report = false;        // its records hold what a report keeps of a case
};

struct CaseRunOptions {
  ReadOptions read;
  Selection selection = {};  // without a limit
};

// Records with `metrics` as tn-eval --per-case writes them, or a file that tn-eval --json wrote; "-": such
// records on stdin. Throws Error(no_input | bad_data), also if no record is chosen.
CaseRun load_case_run(const std::string& path, const std::string& name, const CaseRunOptions& options);

// Names for legends: those given, of which there must be one a path or none (Error(usage)); else file names
// without suffix; where these are the same, the folders' names; where these are too, the paths.
std::vector<std::string> run_names(const std::vector<std::string>& paths,
                                   const std::vector<std::string>& given);

// The cases that have a label and a probability, with their units of resampling.
struct LabelledCases {
  std::vector<ScoredCase> cases;
  std::vector<std::uint32_t> units;  // of each case
  std::size_t unit_count = 0;
};

// Throws Error(bad_data) "PATH: reason" unless both classes are there.
LabelledCases labelled_cases(const CaseRun& run);

// A number of a record at a dotted path; nothing if absent or no number.
std::optional<double> number_at(const Record& record, std::string_view path);

}  // namespace tn
