// How well probabilities of malignancy tell the two classes apart: counts at a threshold, AUROC.
// How true they are as probabilities stands in calibration.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace tn {

// One labelled case with its probability.
struct ScoredCase {
  double p_malignant = 0;  // in [0,1]
  bool malignant = false;  // the label
  friend bool operator==(const ScoredCase&, const ScoredCase&) = default;
};

// Malignant is the positive class.
struct ClassCounts {
  std::int64_t tp = 0;  // cases
  std::int64_t fp = 0;
  std::int64_t fn = 0;
  std::int64_t tn = 0;
  friend bool operator==(const ClassCounts&, const ClassCounts&) = default;
};

// A case is called malignant where p_malignant >= threshold.
ClassCounts class_counts(std::span<const ScoredCase> cases, double threshold);

// 0/0 is nothing.
std::optional<double> accuracy(const ClassCounts& counts);
std::optional<double> sensitivity(const ClassCounts& counts);
std::optional<double> specificity(const ClassCounts& counts);
std::optional<double> balanced_accuracy(const ClassCounts& counts);  // mean of the two above
std::optional<double> ppv(const ClassCounts& counts);                // positive predictive value
std::optional<double> npv(const ClassCounts& counts);                // negative predictive value
std::optional<double> f1(const ClassCounts& counts);
std::optional<double> mcc(const ClassCounts& counts);  // Matthews; nothing if a class or a call is missing

// Mann-Whitney: the chance that a malignant case has the higher probability, ties counted half.
// Nothing unless both classes are there and every probability is a number.
std::optional<double> auroc(std::span<const ScoredCase> cases);

}  // namespace tn
