// A stream of records through the scorer: cases for the report, records with `metrics` for the next tool.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "libcore/data/manifest.hpp"
#include "libcore/data/select.hpp"
#include "libcore/eval/bootstrap.hpp"
#include "libcore/eval/case_score.hpp"

namespace tn {

struct EvalOptions {
  Selection selection;
  std::string root;
  EmptyRule empty = EmptyRule::score;
  SurfaceOptions surface;
  IntervalOptions intervals;
  std::optional<double> threshold;  // of p_malignant, in [0,1]; nothing: the model's, else 0.5
  std::vector<std::string> by;      // keys of subgroups
  std::int64_t max_pixels = DecodeLimits().max_pixels;
  bool fail_fast = false;
  std::int64_t jobs = 0;  // threads; 0: every core
};

void check(const EvalOptions& options);  // throws Error(usage)

// Where the threshold of the class came from.
enum class ThresholdSource { option, model, none_given };

struct ClassThreshold {
  double value = 0.5;
  ThresholdSource source = ThresholdSource::none_given;
};
// The one given, else that of the header's model, else 0.5. Throws Error(bad_data) "PLACE: ..." for a header
// whose threshold is no share.
ClassThreshold class_threshold(const std::optional<double>& given, const Header& header,
                               const std::string& place);

// What was evaluated, and how.
struct Evaluation {
  std::vector<CaseScore> cases;  // in input order
  EmptyRule empty = EmptyRule::score;
  SurfaceOptions surface;
  IntervalOptions intervals;
  double threshold = 0.5;
  ThresholdSource threshold_source = ThresholdSource::none_given;
  std::vector<std::string> by;
  std::vector<std::string> absent_by;  // keys of subgroups that no record had
  Header header;                       // of the input
  bool truncated = false;              // the input was cut off, and that was allowed
  std::string manifest_hash;           // SHA-256 of the records evaluated, as they came
  std::vector<std::string> models;     // hashes of the models that predicted, in order of appearance
};

// Told of each record, in order, as it goes on; CaseScore::failed_here says what failed here.
using CaseObserver = std::function<void(const Record&, const CaseScore&)>;

// Throws Error(bad_data) if the input is malformed, Error(partial) at the first failure with fail_fast,
// Error(interrupted) after a signal was noted.
Evaluation evaluate(ManifestReader& reader, const EvalOptions& options, const CaseObserver& observer);

}  // namespace tn
