// Networks made ready to answer: batch norms folded into convolutions, weights packed once.
#pragma once

#include <c10/core/ScalarType.h>
#include <torch/nn/module.h>

namespace tn {

// A part of a network that computes otherwise when it will not learn any more.
class Foldable {
 public:
  Foldable() = default;
  virtual ~Foldable() = default;
  Foldable(const Foldable&) = delete;
  Foldable& operator=(const Foldable&) = delete;
  Foldable(Foldable&&) = delete;
  Foldable& operator=(Foldable&&) = delete;

  // Once: from now on forward() answers in evaluation mode only, in `type` (float32 or bfloat16), with the
  // weights of this moment. Parameters that are no longer needed are released.
  virtual void fold(at::ScalarType type) = 0;
};

// Empties a part's parameters: what it was packed into stays.
void release_parameters(torch::nn::Module& part);

// Folds every part that can, wholes before their parts; in bfloat16 the weights of the other convolutions and
// linear layers are rounded, so that autocast has none to convert. float32 answers differ by rounding only.
void fold_for_inference(torch::nn::Module& network, at::ScalarType type);

}  // namespace tn
