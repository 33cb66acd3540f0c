#include "libcore/eval/class_metrics.hpp"

#include <array>

#include "libcore/eval/calibration.hpp"

namespace tn {
namespace {

constexpr std::array<DecisionMetric, 8> kDecisions{{
    {"accuracy", "Accuracy", "(TP + TN) / labelled cases with a probability", accuracy},
    {"balanced_accuracy", "Balanced accuracy", "mean of the sensitivity and the specificity of the class",
     balanced_accuracy},
    {"sensitivity", "Sensitivity", "TP / (TP + FN)",
     [](const ClassCounts& counts) { return sensitivity(counts); }},
    {"specificity", "Specificity", "TN / (TN + FP)",
     [](const ClassCounts& counts) { return specificity(counts); }},
    {"ppv", "PPV", "TP / (TP + FP), at the share of malignant cases found here", ppv},
    {"npv", "NPV", "TN / (TN + FN), at the share of malignant cases found here", npv},
    {"f1", "F1", "2 TP / (2 TP + FP + FN)", f1},
    {"mcc", "MCC", "Matthews' correlation of label and call, in [-1,1]", mcc},
}};

constexpr std::array<ProbabilityMetric, 5> kProbabilities{{
    {"auroc", "AUROC",
     "chance that a malignant case has the higher p_malignant than a benign one, ties counted half", false,
     auroc},
    {"auprc", "AUPRC",
     "average precision: precision at each distinct p_malignant, weighted by the step in "
     "sensitivity; nothing is interpolated",
     false, auprc},
    {"brier", "Brier score", "mean of (p_malignant - 1)^2 over malignant and p_malignant^2 over benign cases",
     true, brier},
    {"log_loss", "Log loss", "mean of -ln of the probability of the case's class, kept from 0 by 2.2e-16",
     true, [](std::span<const ScoredCase> cases) { return log_loss(cases); }},
    {"ece", "ECE",
     "over 15 equal bins of p_malignant, the last closed: distance of its mean from the share of "
     "malignant cases, weighted by cases",
     true, calibration_error},
}};

}  // namespace

std::span<const DecisionMetric> decision_metrics() {
  return kDecisions;
}

std::span<const ProbabilityMetric> probability_metrics() {
  return kProbabilities;
}

std::string why_undefined(std::string_view name, const ClassCounts& counts) {
  const bool malignant = counts.tp + counts.fn > 0, benign = counts.fp + counts.tn > 0;
  if (!malignant && !benign) return "no labelled case has a probability";
  if (name == "ppv") return "no case was called malignant";
  if (name == "npv") return "no case was called benign";
  if (name == "f1") return "no malignant case, and none called so";
  if (name == "mcc" && malignant && benign) return "every case got the same call";
  return malignant ? "no benign case" : "no malignant case";
}

}  // namespace tn
