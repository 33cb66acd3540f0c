// What in a frame speaks for a head's answer: class-activation maps of the deepest features.
#pragma once

#include <memory>
#include <opencv2/core/mat.hpp>
#include <span>
#include <string>
#include <vector>

#include "libcore/net/api.hpp"
#include "libcore/net/network.hpp"

namespace tn {

// Grad-CAM (Selvaraju et al., ICCV 2017) of a scalar y: the deepest features A [1,C,h,w] weighted by their
// mean gradients, ReLU(sum_k mean(dy/dA_k) A_k). For the mask, y is the sum of the logits over the pixels
// that are nodule (Vinogradova et al., AAAI 2020); for the class, the malignant logit. Plain CAM (Zhou et
// al., CVPR 2016) is sum_k w_k A_k with the class head's weights, without the ReLU: its mean over the map,
// and the head's bias, are the logit. All are in float32, enlarged to the frame bilinearly.
class TorchExplainer {
 public:
  // Throws Error(no_input | bad_data) for a file that is not a model of a known architecture.
  TorchExplainer(const std::string& model, const PredictOptions& options);
  explicit TorchExplainer(std::shared_ptr<Network> network, at::Device device = at::kCPU);

  std::vector<ActivationMaps> explain(std::span<const cv::Mat1b> frames, double threshold);

 private:
  ActivationMaps explain_one(const cv::Mat1b& frame, double threshold);

  std::shared_ptr<Network> network_;
  at::Device device_;
};

}  // namespace tn
