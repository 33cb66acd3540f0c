#include "libcore/eval/definitions.hpp"

#include <fmt/format.h>

#include "libcore/base/text.hpp"
#include "libcore/eval/class_metrics.hpp"
#include "libcore/eval/geometry.hpp"
#include "libcore/eval/overlap_metrics.hpp"

namespace tn {
namespace {

constexpr std::size_t kNameWidth = 24;
constexpr std::size_t kWidth = 100;

std::string entry(const std::string& name, const std::string& text) {
  std::string result = fmt::format("{:<{}}", name, kNameWidth);
  std::size_t column = kNameWidth;
  bool first = true;
  for (const std::string_view word : split_text(text, ' ')) {
    if (!first && column + 1 + word.size() > kWidth) {
      result += "\n" + std::string(kNameWidth, ' ');
      column = kNameWidth;
      first = true;
    }
    result += (first ? "" : " ") + std::string(word);
    column += word.size() + (first ? 0 : 1);
    first = false;
  }
  return result + "\n";
}

}  // namespace

Definitions definitions(const SurfaceOptions& surface) {
  Definitions all{
      {"grid",
       "masks are compared pixel by pixel at the size of the original image; any value > 0 is nodule"},
      {"TP, FP, FN, TN",
       "pixels (for the class: cases) predicted and drawn, only predicted, only drawn, neither"}};
  for (const OverlapMetric& metric : overlap_metrics()) all.emplace_back(metric.name, metric.definition);
  all.emplace_back(class_mean_metric().name, class_mean_metric().definition);
  for (const GeometryMetric& metric : geometry_metrics(surface))
    all.emplace_back(metric.name, metric.definition);
  const Definitions rest{
      {"border", "the pixels of a mask with one of their 4 neighbours, or the image's edge, outside of it"},
      {"distance", "Euclidean, between centres of pixels: px, or mm by the records' spacing_mm"},
      {"mean, median, sd",
       "over the cases in which the number is defined, n of them; sd of a sample (n - 1)"},
      {"pooled", "the number made of the pixel counts summed over all scored cases"},
      {"dice.class_mean",
       "mean over the cases of class_mean_dice; not comparable with dice.mean or dice.pooled"},
      {"null", "0/0 or no case: a reason stands beside it"},
      {"regions",
       "pieces (8 neighbours) of the drawn masks; detected where a predicted piece overlaps with IoU >= 0.5"},
      {"--empty score",
       "both masks empty: dice, iou, class_mean_dice, nsd and box_iou are 1, distances 0; one empty: they "
       "are "
       "0 (class_mean_dice half of the background's), distances the image's diagonal"},
      {"--empty nan",
       "both masks empty: dice, iou, class_mean_dice, distances, nsd and box_iou are null; one empty: "
       "distances, nsd and box_iou are null, the others as score"},
      {"--empty drop",
       "a case without a drawn nodule is out of every number of masks, pooled included; a missed one as "
       "score"},
      {"missing",
       "a drawn mask without a predicted one, or a label without a probability: counted, not scored"},
      {"failed", "a record with an error, here or before: counted, not scored"},
      {"class", "malignant is positive; a case is called malignant where p_malignant >= threshold"},
      {"interval",
       "of bootstrap resamples of whole patients (cases where none is named), seeded; resamples in which a "
       "number is undefined are dropped and counted; percentile, or BCa (Efron 1987)"},
      {"auroc_standard_error",
       "DeLong 1988; where a patient has several cases, Obuchowski's extension to clusters (1997)"},
      {"auroc_interval", "AUROC and its standard error times the normal quantile, kept in [0,1]"},
      {"operating points",
       "for a sensitivity the highest threshold that reaches it; for a specificity the highest with the most "
       "sensitivity that keeps it; found on the cases evaluated"},
      {"net benefit",
       "TP/n - FP/n t/(1 - t) of acting on p_malignant >= t (Vickers and Elkin 2006); acting on none has 0"},
      {"kappa", "Cohen's: (same - by chance) / (1 - by chance), by chance from how often each calls what"},
      {"nodule-size",
       "thirds of the drawn area's share of the image, cut over the scored cases with a nodule"}};
  all.insert(all.end(), rest.begin(), rest.end());
  for (const DecisionMetric& metric : decision_metrics())
    all.emplace_back("class." + std::string(metric.name), metric.definition);
  for (const ProbabilityMetric& metric : probability_metrics())
    all.emplace_back("class." + std::string(metric.name), metric.definition);
  return all;
}

std::string explain_text(const SurfaceOptions& surface) {
  std::string text;
  for (const auto& [name, sentence] : definitions(surface)) text += entry(name, sentence);
  return text;
}

}  // namespace tn
