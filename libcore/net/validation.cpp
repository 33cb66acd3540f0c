#include "libcore/net/validation.hpp"

#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softmax.h>

#include <algorithm>
#include <array>
#include <vector>

#include "libcore/eval/classification.hpp"
#include "libcore/eval/overlap.hpp"
#include "libcore/image/ordered.hpp"
#include "libcore/net/evaluating.hpp"
#include "libcore/net/runtime.hpp"
#include "libcore/net/transfer.hpp"

namespace tn {
namespace {

struct Totals {
  double loss = 0;
  std::vector<double> dices;
  std::vector<ScoredCase> scores;
};

TargetCounts count_all(std::span<const TrainCase> cases) {
  TargetCounts counts;
  for (const TrainCase& one : cases) {
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

Prediction on_the_processor(Prediction prediction) {
  for (at::Tensor* logits : {&prediction.mask_logits, &prediction.class_logits})
    if (logits->defined()) *logits = logits->cpu();
  return prediction;
}

}  // namespace

bool each_prediction(Network& network, const CaseStore& cases, const Asking& asking, const Visit& visit) {
  const Evaluating evaluating(network);
  const std::size_t size = cases.cases().size(), batch = static_cast<std::size_t>(asking.batch);
  for (std::size_t first = 0; first < size; first += batch) {
    if (asking.stopped()) return false;
    std::vector<Example> part(std::min(batch, size - first));
    for_each_index(part.size(), asking.jobs, [&](std::size_t i) { part[i] = cases.load(first + i); });
    const Batch inputs = make_batch(part);
    Prediction prediction;
    {
      const Autocast autocast(asking.bfloat16, asking.device.type());
      prediction =
          network.forward(sent(inputs.images.contiguous(at::MemoryFormat::ChannelsLast), asking.device));
    }
    visit(on_the_processor(prediction), inputs, part);
  }
  return true;
}

std::optional<Validation> validate(Network& network, const CaseStore& cases, const LossOptions& loss,
                                   const Asking& asking) {
  const TargetCounts counts = count_all(cases.cases());
  Totals totals;
  const Visit add = [&](const Prediction& prediction, const Batch& inputs, std::span<const Example> part) {
    totals.loss += joint_loss(prediction, {inputs.masks, inputs.has_mask, inputs.labels}, counts, loss)
                       .total.item<double>();
    if (prediction.mask_logits.defined()) add_dices(totals, prediction.mask_logits, part);
    if (prediction.class_logits.defined()) add_scores(totals, prediction.class_logits, part);
  };
  if (!each_prediction(network, cases, asking, add)) return std::nullopt;
  Validation result;
  if (!cases.cases().empty()) result.loss = totals.loss;
  if (!totals.dices.empty()) {
    double sum = 0;
    for (const double value : totals.dices) sum += value;
    result.dice = sum / static_cast<double>(totals.dices.size());
  }
  result.accuracy = accuracy(class_counts(totals.scores, 0.5));
  result.auroc = auroc(totals.scores);
  return result;
}

std::optional<Validation> of_first(Collectives* processes, std::optional<Validation> result) {
  if (processes == nullptr) return result;
  constexpr std::array kNumbers{&Validation::loss, &Validation::dice, &Validation::accuracy,
                                &Validation::auroc};
  std::array<double, 1 + 2 * kNumbers.size()> values{};
  values[0] = result ? 1 : 0;
  for (std::size_t i = 0; result && i < kNumbers.size(); ++i) {
    const std::optional<double>& number = (*result).*kNumbers.at(i);
    values.at(1 + 2 * i) = number ? 1 : 0;
    values.at(2 + 2 * i) = number.value_or(0);
  }
  add_up(processes, values);
  if (values[0] == 0) return std::nullopt;
  Validation all;
  for (std::size_t i = 0; i < kNumbers.size(); ++i)
    if (values.at(1 + 2 * i) > 0) all.*kNumbers.at(i) = values.at(2 + 2 * i);
  return all;
}

std::string quality_name(std::span<const TrainCase> cases, Task task) {
  if (task != Task::classify)
    return std::ranges::any_of(cases, [](const TrainCase& one) { return one.mask.has_value(); }) ? "Dice"
                                                                                                 : "";
  const auto has = [&](int label) {
    return std::ranges::any_of(cases, [&](const TrainCase& one) { return one.label == label; });
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
