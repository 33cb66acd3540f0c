// Several answers to one frame made into one: of several models, of one frame seen in several ways, or both.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libcore/net/api.hpp"
#include "libcore/net/model_spec.hpp"

namespace tn {

enum class Vote {
  mean,
  majority
};  // of the answers' probabilities, or the share of answers over their threshold

// How a frame is seen in test-time augmentation; masks are turned back.
// mirror: as it is, and left and right exchanged. flips: these two, and both upside down. scales: 0.8, 1
// and 1.25 times its size. all: each of the flips at each of the scales.
enum class Views { one, mirror, flips, scales, all };

struct EnsembleOptions {
  Vote vote = Vote::mean;
  Views views = Views::one;
};

// Whether answers are joined at all; one model with one view answers for itself.
bool joins(std::size_t models, const EnsembleOptions& options);

struct EnsembleMember {
  std::unique_ptr<Predictor> predictor;
  ModelSpec spec;
};

// One model for all members: preprocessing that is theirs, mean thresholds (a majority's: one half). `names`
// are for messages. Throws Error(bad_data) where two were trained with another preprocessing. `specs` has one
// at least.
ModelSpec combined_spec(const std::vector<ModelSpec>& specs, const std::vector<std::string>& names,
                        Vote vote);

// Answers with the members' answers, over all views, and how far they spread. A member without a head has no
// say in what it would answer.
class Ensemble : public Predictor {
 public:
  Ensemble(std::vector<EnsembleMember> members, const EnsembleOptions& options);
  std::vector<NetOutput> predict(std::span<const cv::Mat1b> frames) override;
  const nlohmann::json& meta() const override;  // the first member's

 private:
  std::vector<EnsembleMember> members_;
  EnsembleOptions options_;
};

}  // namespace tn
