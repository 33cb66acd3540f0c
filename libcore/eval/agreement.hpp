// Agreement of readers: each pair of them, and a model against all of them beside what they differ among
// themselves.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libcore/eval/bootstrap.hpp"
#include "libcore/eval/evaluate.hpp"
#include "libcore/eval/operating.hpp"

namespace tn {

// One opinion of each case: a reader's drawn mask and label, or a model's prediction.
struct Opinions {
  std::string name;
  bool model = false;
  Manifest manifest;  // of a reader `mask`, `regions` and `label` count; of a model `pred` and `p_malignant`
};

// Two classes given by two: malignant is the positive class, `a` the truth of sensitivity.
struct ClassAgreement {
  ClassCounts counts;
  std::optional<double> share;  // of cases with the same class; nothing without a case
  std::optional<double> kappa;  // Cohen's; nothing where both give every case one and the same class
};

std::optional<double> kappa(const ClassCounts& counts);

struct AgreementPair {
  std::string a, b;  // names; the model is `b`
  bool with_model = false;
  std::vector<CaseScore> cases;  // b's mask compared with a's, in the order of Agreement::ids
  Summary summary;
  std::optional<Intervals> intervals;
  ClassAgreement classes;
};

enum class SpreadVerdict { better, within, worse, open };  // open: no interval
std::string_view verdict_name(SpreadVerdict verdict);

// One metric, over the cases in which every pair of readers and every pair with the model has it.
struct SpreadRow {
  std::string metric;  // "dice", "hd95"
  bool low_is_good = false;
  std::size_t cases = 0;
  double readers = 0;       // mean over the cases of the mean over pairs of readers
  double model = 0;         // mean over the cases of the mean over readers, each with the model
  Range change;             // of model less readers, in resamples of the units
  std::size_t as_good = 0;  // cases in which the model's mean is no worse than the pair of readers that
                            // differs most
  SpreadVerdict verdict = SpreadVerdict::open;
};

struct ModelSpread {
  std::string model;
  std::vector<SpreadRow> rows;
};

struct Agreement {
  std::vector<std::string> names;
  std::vector<std::string> hashes;  // of each one's records: manifest_hash()
  std::vector<std::string> ids;     // of all cases, by first appearance
  std::string unit;                 // see Units
  std::size_t units = 0;
  std::vector<AgreementPair> pairs;  // of readers first, then each model with each reader
  std::vector<ModelSpread> spreads;  // of each model, where there are two readers or more
};

// opinions: two readers at least, names different. Size, image, spacing and patient of a case are those of
// the first opinion that has it; a mask of another size fails the case for its pairs. What one of a pair has
// and the other lacks is missing, and a record with an error failed. Throws Error(usage) for a rule that
// looks at one of the two masks alone (drop), Error(bad_data) for a label that is unknown, or if no pair has
// a mask or class to compare.
Agreement agreement(const std::vector<Opinions>& opinions, const EvalOptions& options);

std::string agreement_markdown(const Agreement& agreement, const EvalOptions& options);
std::string agreement_json(const Agreement& agreement, const EvalOptions& options);

}  // namespace tn
