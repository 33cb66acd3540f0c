// Probabilities of malignancy against what became of them, without a threshold.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "libcore/eval/classification.hpp"

namespace tn {

inline constexpr std::size_t kCalibrationBins = 15;  // of equal width over [0,1], the last one closed

std::size_t calibration_bin(double p_malignant);

// Of one case.
double squared_error(const ScoredCase& one);
double log_loss(const ScoredCase& one);  // -ln of its class's probability, kept from 0 by 2.2e-16

// Over cases; nothing if there are none.
std::optional<double> brier(std::span<const ScoredCase> cases);
std::optional<double> log_loss(std::span<const ScoredCase> cases);

// Expected calibration error: over the bins of p_malignant the distance of its mean from the share of
// malignant cases, weighted by cases.
std::optional<double> calibration_error(std::span<const ScoredCase> cases);

// Average precision: precision at each distinct probability, weighted by the step in sensitivity. Nothing
// without a malignant case.
std::optional<double> auprc(std::span<const ScoredCase> cases);

}  // namespace tn
