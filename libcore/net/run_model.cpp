#include "libcore/net/run_model.hpp"

#include <ATen/ops/sigmoid.h>

#include "libcore/data/model_file.hpp"
#include "libcore/net/calibration.hpp"
#include "libcore/net/weights.hpp"

namespace tn {
namespace {

std::string model_path(const std::string& folder) {
  return folder + "/model.safetensors";
}

// What the network answers on cases that are labelled or have a mask.
struct Answers {
  std::vector<Margin> margins;
  MaskSweep sweep;

  void add(const Prediction& prediction, std::span<const Example> part) {
    at::Tensor probability, logits;
    if (prediction.mask_logits.defined())
      probability = at::sigmoid(prediction.mask_logits.to(at::kFloat)).contiguous();
    if (prediction.class_logits.defined()) logits = prediction.class_logits.to(at::kFloat);
    for (std::size_t i = 0; i < part.size(); ++i) {
      const auto row = static_cast<std::int64_t>(i);
      if (probability.defined() && part[i].mask)
        sweep.add(cv::Mat1f(part[i].image.rows, part[i].image.cols, probability[row].data_ptr<float>()),
                  *part[i].mask);
      if (logits.defined() && part[i].label)
        margins.push_back(
            {logits[row][1].item<double>() - logits[row][0].item<double>(), *part[i].label == 1});
    }
  }
};

}  // namespace

void save_best_model(const TrainJob& job, const TrainProgress& progress, const Validation& result,
                     const NamedTensors& weights, bool averaged) {
  nlohmann::json meta = job.meta;
  nlohmann::json& training = meta["training"];
  const auto number = [](const std::optional<double>& value) {
    return value ? nlohmann::json(*value) : nlohmann::json();
  };
  training["epoch"] = progress.epoch;
  training["steps"] = progress.steps;
  training["averaged"] = averaged;
  training["validation"] = {{"grid", "network"},
                            {"dice", number(result.dice)},
                            {"accuracy", number(result.accuracy)},
                            {"auroc", number(result.auroc)},
                            {"loss", number(result.loss)}};
  save_safetensors(model_path(job.folder), weights, meta, /*force=*/true, Durability::fsync);
}

std::optional<std::vector<std::string>> calibrate_model(const std::string& folder, Network& network,
                                                        const CaseStore& cases, const Asking& asking) {
  const std::string path = model_path(folder);
  nlohmann::json meta = read_model_index(path).meta;
  if (meta.at("training").contains("calibration")) return std::vector<std::string>();
  load_safetensors_into(network, path);
  Answers answers;
  const Visit add = [&](const Prediction& prediction, const Batch&, std::span<const Example> part) {
    answers.add(prediction, part);
  };
  if (!each_prediction(network, cases, asking, add)) return std::nullopt;
  const nlohmann::json& arch = meta.at("arch");
  const Calibration chosen = choose(answers.margins, answers.sweep, arch.at("mask_head").get<bool>(),
                                    arch.at("class_head").get<bool>());
  meta["temperature"] = chosen.temperature;
  meta["thresholds"] = {{"mask", chosen.mask_threshold}, {"class", chosen.class_threshold}};
  meta["training"]["calibration"] = chosen.report;
  save_safetensors(path, named_state(network), meta, /*force=*/true, Durability::fsync);
  return chosen.notes;
}

}  // namespace tn
