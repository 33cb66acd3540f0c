// The losses of METHOD 2: soft Dice of the masks, cross-entropy of the classes, and the two joined.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "libcore/net/network.hpp"
#include "libcore/net/options.hpp"

namespace tn {

// What a micro-batch of N images should have given.
struct Targets {
  at::Tensor masks;     // [N,1,H,W] float32 in [0,1]; an image without a mask may hold anything finite
  at::Tensor has_mask;  // [N] bool
  at::Tensor labels;    // [N] int64: 0 benign, 1 malignant, -1 without a label
};

// Of the whole effective batch, over micro-batches and processes: losses of micro-batches then simply add up.
struct TargetCounts {
  std::int64_t masks = 0;
  std::int64_t labels = 0;
};
TargetCounts count_targets(const Targets& targets);

// Sum over the images that have a mask of 1 - (2 sum(p g) + 1) / (sum(p) + sum(g) + 1), p = sigmoid(logits),
// divided by `count`; a scalar. 0 with a zero gradient if the count is 0. float32, also under autocast.
at::Tensor dice_loss(const at::Tensor& mask_logits, const at::Tensor& masks, const at::Tensor& has_mask,
                     std::int64_t count);

// Sum over the labelled images of the cross-entropy with their label, divided by `count`; a scalar. The
// label's class has the share 1 - smoothing/2 of the target and the other one smoothing/2 (Szegedy et al.
// 2016); each class's term is multiplied by its weight. `weights` is [2] or undefined (all 1). 0 with a zero
// gradient if the count is 0. float32, also under autocast.
at::Tensor class_loss(const at::Tensor& class_logits, const at::Tensor& labels, const at::Tensor& weights,
                      std::int64_t count, double smoothing = 0);

struct LossOptions {
  double alpha = 0.2;
  Joint joint = Joint::additive;
  at::Tensor class_weights;  // [2] float32 or undefined
  double smoothing = 0;
};

// Scalars. `mask` and `classes` are detached, undefined for a head that the prediction lacks.
struct Loss {
  at::Tensor total;  // to go backward from
  at::Tensor mask;
  at::Tensor classes;
};

// With both heads: Dice + alpha CE, or (1 - alpha) Dice + alpha CE. A term with weight 0 is left out, so that
// its head gets no gradient at all. With one head: its loss alone, whatever alpha is.
Loss joint_loss(const Prediction& prediction, const Targets& targets, const TargetCounts& counts,
                const LossOptions& options);

}  // namespace tn
