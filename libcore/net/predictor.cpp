#include "libcore/net/predictor.hpp"

#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softmax.h>
#include <c10/core/DeviceGuard.h>

#include <utility>

#include "libcore/data/model_file.hpp"
#include "libcore/net/cuda_border.hpp"
#include "libcore/net/evaluating.hpp"
#include "libcore/net/foldable.hpp"
#include "libcore/net/loader.hpp"
#include "libcore/net/runtime.hpp"
#include "libcore/net/saved_network.hpp"
#include "libcore/net/transfer.hpp"

namespace tn {

namespace {

// Through the device's graph, where one is asked for.
std::unique_ptr<ReplayedNetwork> replayed(ReplayedNetwork::Forward forward, const PredictOptions& options) {
  if (!options.graph) return nullptr;
  const CudaBorder& component = cuda_component();
  const int index = at::Device(options.device).index();
  return std::make_unique<ReplayedNetwork>(std::move(forward), [&component, index] {
    std::unique_ptr<DeviceGraph> graph;
    expect_ok(component.new_graph(index, graph));
    return graph;
  });
}

}  // namespace

TorchPredictor::TorchPredictor(const std::string& model, const PredictOptions& options)
    : meta_(read_model_index(model).meta),
      device_(options.device),
      bfloat16_(wants_bfloat16(options.precision, options.device)) {
  set_threads(options.jobs);
  if (device_.is_cuda()) set_gpu_arithmetic(options.tf32, options.deterministic);
  SavedNetwork saved = load_network(model);
  temperature_ = saved.spec.temperature;
  network_ = std::move(saved.network);
  network_->eval();
  network_->to(device_);
  fold_for_inference(*network_, bfloat16_ ? at::kBFloat16 : at::kFloat);
  replayed_ = replayed([this](const at::Tensor& images) { return answer(images); }, options);
}

Prediction TorchPredictor::answer(const at::Tensor& images) {
  const Autocast autocast(bfloat16_, device_.type());
  return network_->forward(images);
}

std::vector<NetOutput> TorchPredictor::predict(std::span<const cv::Mat1b> frames) {
  const c10::OptionalDeviceGuard here(device_);
  const Evaluating evaluating(*network_);
  const at::Tensor images = sent(to_tensor(frames).contiguous(at::MemoryFormat::ChannelsLast), device_);
  const Prediction prediction = replayed_ ? replayed_->forward(images) : answer(images);
  std::vector<NetOutput> outputs(frames.size());
  if (prediction.mask_logits.defined()) {
    const at::Tensor probability = at::sigmoid(prediction.mask_logits.to(at::kFloat)).cpu().contiguous();
    for (std::size_t i = 0; i < frames.size(); ++i)
      outputs[i].probability = cv::Mat1f(frames[i].rows, frames[i].cols,
                                         probability[static_cast<std::int64_t>(i)].data_ptr<float>())
                                   .clone();
  }
  if (prediction.class_logits.defined()) {
    const at::Tensor logits = prediction.class_logits.to(at::kFloat).cpu();
    const at::Tensor probability = at::softmax(logits / temperature_, 1);
    const at::Tensor raw = at::softmax(logits, 1);
    for (std::size_t i = 0; i < frames.size(); ++i) {
      outputs[i].p_malignant = probability[static_cast<std::int64_t>(i)][1].item<double>();
      outputs[i].p_malignant_raw = raw[static_cast<std::int64_t>(i)][1].item<double>();
    }
  }
  return outputs;
}

}  // namespace tn
