#include "libcore/net/explainer.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/sigmoid.h>
#include <c10/core/DeviceGuard.h>
#include <torch/csrc/autograd/autograd.h>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/net/loader.hpp"
#include "libcore/net/runtime.hpp"
#include "libcore/net/saved_network.hpp"
#include "libcore/net/transfer.hpp"

namespace tn {
namespace {

// sum_k mean(dy/dA_k) A_k -> [h,w]
cv::Mat1f weighted_sum(const at::Tensor& y, const at::Tensor& features) {
  const at::Tensor gradient = torch::autograd::grad({y}, {features}, {}, /*retain_graph=*/true).front();
  const at::Tensor map =
      (gradient.mean({2, 3}, /*keepdim=*/true) * features).sum(1).detach().cpu().contiguous();
  return cv::Mat1f(static_cast<int>(map.size(1)), static_cast<int>(map.size(2)), map.data_ptr<float>())
      .clone();
}

// From `lowest`, which nothing is below, to the highest.
ActivationMap stretched(const cv::Mat1f& map, double lowest, cv::Size size) {
  if (!cv::checkRange(map)) throw Error(Exit::internal, "an activation map is not finite");
  ActivationMap result;
  result.lowest = lowest;
  cv::minMaxLoc(map, nullptr, &result.highest);
  cv::Mat1f unit(map.size(), 0.0F);
  if (result.highest > lowest) unit = (map - lowest) / (result.highest - lowest);
  cv::resize(unit, result.map, size, 0, 0, cv::INTER_LINEAR);
  return result;
}

ActivationMap grad_cam(const cv::Mat1f& map, cv::Size size) {
  return stretched(cv::Mat1f(cv::max(map, 0.0F)), 0, size);
}

ActivationMap plain_cam(const cv::Mat1f& map, cv::Size size) {
  double lowest = 0;
  cv::minMaxLoc(map, &lowest);
  return stretched(map, lowest, size);
}

}  // namespace

TorchExplainer::TorchExplainer(const std::string& model, const PredictOptions& options)
    : TorchExplainer(load_network(model).network, at::Device(options.device)) {
  set_threads(options.jobs);
  if (device_.is_cuda()) set_gpu_arithmetic(options.tf32, options.deterministic);
}

TorchExplainer::TorchExplainer(std::shared_ptr<Network> network, at::Device device)
    : network_(std::move(network)), device_(device) {
  network_->eval();
  network_->to(device_);
  for (const at::Tensor& parameter : network_->parameters()) parameter.set_requires_grad(false);
  network_->watch_deepest(true);
}

std::vector<ActivationMaps> TorchExplainer::explain(std::span<const cv::Mat1b> frames, double threshold) {
  const c10::OptionalDeviceGuard here(device_);
  std::vector<ActivationMaps> all;
  for (const cv::Mat1b& frame : frames) all.push_back(explain_one(frame, threshold));
  return all;
}

ActivationMaps TorchExplainer::explain_one(const cv::Mat1b& frame, double threshold) {
  const at::AutoGradMode with_gradients(true);
  const Prediction prediction =
      network_->forward(sent(to_tensor({&frame, 1}).contiguous(at::MemoryFormat::ChannelsLast), device_));
  const at::Tensor features = network_->deepest();
  ActivationMaps maps;
  if (prediction.mask_logits.defined()) {
    const at::Tensor nodule = at::sigmoid(prediction.mask_logits.detach()) >= threshold;
    if (nodule.any().item<bool>())
      maps.mask = grad_cam(weighted_sum((prediction.mask_logits * nodule).sum(), features), frame.size());
  }
  if (prediction.class_logits.defined()) {
    const cv::Mat1f sum = weighted_sum(prediction.class_logits.select(1, 1).sum(), features);
    maps.classes = grad_cam(sum, frame.size());
    // The head averages over the map: its weight is the mean gradient times the number of places.
    maps.plain = plain_cam(cv::Mat1f(sum * static_cast<double>(sum.total())), frame.size());
  }
  return maps;
}

}  // namespace tn
