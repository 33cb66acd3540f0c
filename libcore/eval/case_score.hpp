// One case: a record with ground truth and prediction in, its counts and numbers out.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "libcore/data/manifest.hpp"
#include "libcore/data/record.hpp"
#include "libcore/eval/geometry.hpp"
#include "libcore/eval/overlap_metrics.hpp"
#include "libcore/image/image_io.hpp"

namespace tn {

struct ScoreOptions {
  std::string root;  // paths of records resolve against it; empty: the current folder
  DecodeLimits limits = {};
  EmptyRule empty = EmptyRule::score;
  SurfaceOptions surface;
  double threshold = 0.5;  // p_malignant at or above it: malignant
  std::map<std::string, int> labels{{"benign", 0}, {"malignant", 1}};  // from the manifest's header
};

// What of a case there is to compare. A part is missing if its truth is there and its prediction is not.
struct CaseScore {
  std::string id;
  std::optional<std::string> patient;
  std::optional<std::string> label;   // as the manifest names it
  std::optional<bool> malignant;      // what the label means
  std::optional<double> p_malignant;  // in [0,1]
  std::optional<Overlap> counts;      // on the original image's grid
  std::optional<Geometry> geometry;   // by the rule for empty masks; there if the counts are
  bool mask_missing = false;
  bool class_missing = false;
  std::optional<std::string> error;  // the record failed, here or before: nothing above is scored
  bool failed_here = false;
  std::vector<std::string> groups;  // the record's value of each --by key
  friend bool operator==(const CaseScore&, const CaseScore&) = default;
};

// The predicted mask (`pred`) as a record of its own, so that load_mask reads it by the same rules as the
// drawn one. Nothing if there is none.
std::optional<Record> prediction_of(const Record& record);

// Reads both masks on the original image's grid and compares. The size is the record's `size`, or the image's
// own. Throws Error(bad_data | no_input) for what cannot be read: masks, label, probability; the spacing if
// distances are in mm.
CaseScore score_case(const Record& record, const ScoreOptions& options);

// The `metrics` of a record and of a report's case: every number, null with a reason beside it.
nlohmann::ordered_json metrics_json(const CaseScore& score, const ScoreOptions& options);

// Scores the record into its `metrics`. One that cannot be scored becomes an error record; one that arrived
// with an error stays as it is.
Record scored(Record record, const ScoreOptions& options);

// Reads back what scored() wrote.
CaseScore case_of(const Record& record, const ScoreOptions& options);

// The labels of a manifest's header; benign 0 and malignant 1 where it has none.
std::map<std::string, int> labels_of(const Header& header);

}  // namespace tn
