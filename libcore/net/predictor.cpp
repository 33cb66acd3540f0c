#include "libcore/net/predictor.hpp"

#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softmax.h>

#include <utility>

#include "libcore/data/model_file.hpp"
#include "libcore/net/evaluating.hpp"
#include "libcore/net/foldable.hpp"
#include "libcore/net/loader.hpp"
#include "libcore/net/runtime.hpp"
#include "libcore/net/saved_network.hpp"

namespace tn {

TorchPredictor::TorchPredictor(const std::string& model, const PredictOptions& options)
    : meta_(read_model_index(model).meta), bfloat16_(wants_bfloat16(options.precision)) {
  set_threads(options.jobs);
  SavedNetwork saved = load_network(model);
  temperature_ = saved.spec.temperature;
  network_ = std::move(saved.network);
  network_->eval();
  fold_for_inference(*network_, bfloat16_ ? at::kBFloat16 : at::kFloat);
}

std::vector<NetOutput> TorchPredictor::predict(std::span<const cv::Mat1b> frames) {
  const Evaluating evaluating(*network_);
  const at::Tensor images = to_tensor(frames).contiguous(at::MemoryFormat::ChannelsLast);
  Prediction prediction;
  {
    const Autocast autocast(bfloat16_);
    prediction = network_->forward(images);
  }
  std::vector<NetOutput> outputs(frames.size());
  if (prediction.mask_logits.defined()) {
    const at::Tensor probability = at::sigmoid(prediction.mask_logits.to(at::kFloat)).contiguous();
    for (std::size_t i = 0; i < frames.size(); ++i)
      outputs[i].probability = cv::Mat1f(frames[i].rows, frames[i].cols,
                                         probability[static_cast<std::int64_t>(i)].data_ptr<float>())
                                   .clone();
  }
  if (prediction.class_logits.defined()) {
    const at::Tensor probability = at::softmax(prediction.class_logits.to(at::kFloat) / temperature_, 1);
    const at::Tensor raw = at::softmax(prediction.class_logits.to(at::kFloat), 1);
    for (std::size_t i = 0; i < frames.size(); ++i) {
      outputs[i].p_malignant = probability[static_cast<std::int64_t>(i)][1].item<double>();
      outputs[i].p_malignant_raw = raw[static_cast<std::int64_t>(i)][1].item<double>();
    }
  }
  return outputs;
}

}  // namespace tn
