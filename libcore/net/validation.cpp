#include "libcore/net/validation.hpp"

#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softmax.h>

#include <algorithm>
#include <vector>

#include "libcore/eval/classification.hpp"
#include "libcore/eval/overlap.hpp"
#include "libcore/net/evaluating.hpp"
#include "libcore/net/runtime.hpp"

namespace tn {
namespace {

struct Totals {
  double loss = 0;
  std::vector<double> dices;
  std::vector<ScoredCase> scores;
};

TargetCounts count_all(std::span<const Example> cases) {
  TargetCounts counts;
  for (const Example& one : cases) {
    counts.masks += one.mask.has_value() ? 1 : 0;
    counts.labels += one.label.has_value() ? 1 : 0;
  }
  return counts;
}

void add_dices(Totals& totals, const at::Tensor& mask_logits, std::span<const Example> cases) {
  const at::Tensor probability = at::sigmoid(mask_logits.to(at::kFloat)).contiguous();
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (!cases[i].mask) continue;
    const cv::Mat1b& drawn = *cases[i].mask;
    const cv::Mat1f map(drawn.rows, drawn.cols, probability[static_cast<std::int64_t>(i)].data_ptr<float>());
    totals.dices.push_back(dice(overlap(cv::Mat1b(map >= 0.5F), drawn)));
  }
}

void add_scores(Totals& totals, const at::Tensor& class_logits, std::span<const Example> cases) {
  const at::Tensor probability = at::softmax(class_logits.to(at::kFloat), 1);
  for (std::size_t i = 0; i < cases.size(); ++i)
    if (cases[i].label)
      totals.scores.push_back(
          {probability[static_cast<std::int64_t>(i)][1].item<double>(), *cases[i].label == 1});
}

}  // namespace

std::optional<Validation> validate(Network& network, std::span<const Example> cases, const LossOptions& loss,
                                   std::int64_t batch, bool bfloat16, const std::function<bool()>& stopped) {
  const Evaluating evaluating(network);
  const TargetCounts counts = count_all(cases);
  Totals totals;
  for (std::size_t first = 0; first < cases.size(); first += static_cast<std::size_t>(batch)) {
    if (stopped()) return std::nullopt;
    const auto part =
        cases.subspan(first, std::min<std::size_t>(static_cast<std::size_t>(batch), cases.size() - first));
    const Batch inputs = make_batch(part);
    Prediction prediction;
    {
      const Autocast autocast(bfloat16);
      prediction = network.forward(inputs.images.contiguous(at::MemoryFormat::ChannelsLast));
    }
    totals.loss += joint_loss(prediction, {inputs.masks, inputs.has_mask, inputs.labels}, counts, loss)
                       .total.item<double>();
    if (prediction.mask_logits.defined()) add_dices(totals, prediction.mask_logits, part);
    if (prediction.class_logits.defined()) add_scores(totals, prediction.class_logits, part);
  }
  Validation result;
  if (!cases.empty()) result.loss = totals.loss;
  if (!totals.dices.empty()) {
    double sum = 0;
    for (const double value : totals.dices) sum += value;
    result.dice = sum / static_cast<double>(totals.dices.size());
  }
  result.accuracy = accuracy(class_counts(totals.scores, 0.5));
  result.auroc = auroc(totals.scores);
  return result;
}

std::string quality_name(std::span<const Example> cases, Task task) {
  if (task != Task::classify)
    return std::ranges::any_of(cases, [](const Example& one) { return one.mask.has_value(); }) ? "Dice" : "";
  const auto has = [&](int label) {
    return std::ranges::any_of(cases, [&](const Example& one) { return one.label == label; });
  };
  return has(0) && has(1) ? "AUROC" : has(0) || has(1) ? "accuracy" : "";
}

std::optional<double> quality(const Validation& validation, std::string_view name) {
  if (name == "Dice") return validation.dice;
  if (name == "AUROC") return validation.auroc;
  if (name == "accuracy") return validation.accuracy;
  return std::nullopt;
}

}  // namespace tn
