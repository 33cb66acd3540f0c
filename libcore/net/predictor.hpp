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

namespace tn {

// Owns the network, in evaluation mode. One thread at a time.
class TorchPredictor {
 public:
  // Throws Error(no_input | bad_data) "FILE: reason" for a file that is not a model of a known architecture.
  TorchPredictor(const std::string& model, const PredictOptions& options);

  std::vector<NetOutput> predict(std::span<const cv::Mat1b> frames);
  const nlohmann::json& meta() const { return meta_; }

 private:
  nlohmann::json meta_;
  std::shared_ptr<Network> network_;
  bool bfloat16_;
  double temperature_;
};

}  // namespace tn
