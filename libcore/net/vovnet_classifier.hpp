// VoVNet as a classifier (Lee, Hwang, Lee, Bae, Park: "An energy and GPU-computation efficient backbone
// network for real-time object detection", CVPR workshops 2019).
#pragma once

#include "libcore/net/heads.hpp"
#include "libcore/net/network.hpp"
#include "libcore/net/vovnet.hpp"

namespace tn {

struct VovNetClassifierOptions {
  std::int64_t in_channels = 1;
  std::int64_t classes = 2;
  EcaRule eca = EcaRule::none;  // none, without projection: timm's vovnet39a
  bool projection = false;
};

// Layout 39 with global average pool and one fully connected layer, under timm's names (stem.0.conv.weight
// ... head.fc.weight). No mask.
class VovNetClassifier : public Network {
 public:
  explicit VovNetClassifier(const VovNetClassifierOptions& options);
  Prediction forward(const at::Tensor& images) override;
  std::int64_t least_side() const override { return VovNetImpl::kLeastSide; }

 private:
  VovNet body_;  // its parts are registered here, without a name for the whole
  ClassHead fc_;
};

}  // namespace tn
