// What libtn_net.so exports: one table of functions that never throw across the border.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libcore/net/api.hpp"

namespace tn {

// Why a call failed; ok() when it did not.
struct BorderFailure {
  Exit code = Exit::ok;
  std::string text;
  bool ok() const { return code == Exit::ok; }
};

class PredictorBorder {
 public:
  virtual ~PredictorBorder() = default;
  virtual BorderFailure predict(std::span<const cv::Mat1b> frames,
                                std::vector<NetOutput>& outputs) noexcept = 0;
  virtual const nlohmann::json& meta() const noexcept = 0;
};

class ExplainerBorder {
 public:
  virtual ~ExplainerBorder() = default;
  virtual BorderFailure explain(std::span<const cv::Mat1b> frames, double threshold,
                                std::vector<ActivationMaps>& maps) noexcept = 0;
};

// Both sides are built from the same sources: kNetBorder tells an old library from a new program.
constexpr int kNetBorder = 8;

class NetBorder {
 public:
  virtual ~NetBorder() = default;
  virtual int version() const noexcept = 0;
  virtual BorderFailure load(const std::string& model, const PredictOptions& options,
                             std::unique_ptr<PredictorBorder>& predictor) const noexcept = 0;
  virtual BorderFailure explainer(const std::string& model, const PredictOptions& options,
                                  std::unique_ptr<ExplainerBorder>& explainer) const noexcept = 0;
  virtual BorderFailure train(const TrainJob& job, TrainObserver& observer,
                              TrainOutcome& outcome) const noexcept = 0;
  virtual BorderFailure trace(const std::string& model, bool any_size, Graph& graph) const noexcept = 0;
  virtual BorderFailure check(const NetOptions& options) const noexcept = 0;
  virtual BorderFailure expect_device(const std::string& device) const noexcept = 0;
  virtual BorderFailure architectures(std::vector<ArchInfo>& infos) const noexcept = 0;
};

}  // namespace tn

extern "C" const tn::NetBorder* tn_net_border() noexcept;
