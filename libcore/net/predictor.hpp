// A model file as a network that answers.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <opencv2/core/mat.hpp>
#include <span>
#include <string>
#include <vector>

#include "libcore/net/api.hpp"
#include "libcore/net/network.hpp"
#include "libcore/net/replayed_network.hpp"

namespace tn {

// Owns the network, in evaluation mode on its device. One thread at a time.
class TorchPredictor {
 public:
  // Throws Error(no_input | bad_data) "FILE: reason" for a file that is not a model of a known architecture,
  // Error(usage) for a graph where this build has no CUDA component.
  TorchPredictor(const std::string& model, const PredictOptions& options);
  TorchPredictor(const TorchPredictor&) = delete;  // the graph knows where it lies
  TorchPredictor& operator=(const TorchPredictor&) = delete;

  std::vector<NetOutput> predict(std::span<const cv::Mat1b> frames);
  const nlohmann::json& meta() const { return meta_; }

 private:
  Prediction answer(const at::Tensor& images);

  nlohmann::json meta_;
  std::shared_ptr<Network> network_;
  at::Device device_;
  bool bfloat16_;
  double temperature_;
  std::unique_ptr<ReplayedNetwork> replayed_;  // nullptr: no graph is asked for
};

}  // namespace tn
