// FFANet with the class branch of multi-task learning (Yang, Li, Yu, Biomed. Signal Process. Control 79,
// 2023, 104249; base network: same journal, 2021, 102912).
#pragma once

#include "libcore/net/attention.hpp"
#include "libcore/net/fusion.hpp"
#include "libcore/net/heads.hpp"
#include "libcore/net/network.hpp"
#include "libcore/net/options.hpp"
#include "libcore/net/vovnet.hpp"

namespace tn {

struct FfaNetOptions {
  VovNetLayout layout = vovnet39();
  std::int64_t fusion = 256;  // outputs of the feature fusion
  std::int64_t in_channels = 1;
  std::int64_t mask_outputs = 1;  // 0: no mask head, and neither fusion nor attention
  std::int64_t classes = 2;       // 0: no class head
  std::int64_t attention_pool = 1;
  EcaRule eca = EcaRule::fixed3;
  // Ablations:
  bool projection = true;  // in the OSA blocks
  bool attention = true;   // false: of the mixed-domain attention the convolutions alone
  bool f0 = true;          // false: the mixed-domain attention sees the fusion alone; its width stays
};

// Encoder; fusion of F1 to F4; mixed-domain attention on F0 and the fusion; mask head. Class head on F4.
class FfaNet : public Network {
 public:
  explicit FfaNet(const FfaNetOptions& options);
  Prediction forward(const at::Tensor& images) override;
  std::int64_t least_side() const override { return VovNetImpl::kLeastSide; }

 private:
  at::Tensor mask_logits(const Pyramid& features, const at::Tensor& images);

  VovNet encoder_;
  bool f0_;
  Fusion fusion_{nullptr};
  MixedAttention attention_{nullptr};
  MaskHead mask_head_{nullptr};
  ClassHead class_head_{nullptr};
};

}  // namespace tn
