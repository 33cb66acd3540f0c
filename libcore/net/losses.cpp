#include "libcore/net/losses.hpp"

#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/where.h>

#include <algorithm>

#include "libcore/base/error.hpp"

namespace tn {

namespace {

constexpr std::int64_t kNoLabel = -1;

double share(std::int64_t count) {
  return 1 / static_cast<double>(std::max<std::int64_t>(1, count));
}

at::Tensor joined(const at::Tensor& mask, const at::Tensor& classes, const LossOptions& options) {
  if (!classes.defined()) return mask;
  if (!mask.defined()) return classes;
  const double mask_weight = options.joint == Joint::convex ? 1 - options.alpha : 1;
  if (options.alpha == 0) return mask;
  if (mask_weight == 0) return options.alpha * classes;
  return mask_weight * mask + options.alpha * classes;
}

}  // namespace

TargetCounts count_targets(const Targets& targets) {
  return {targets.has_mask.sum().item<std::int64_t>(),
          (targets.labels != kNoLabel).sum().item<std::int64_t>()};
}

at::Tensor dice_loss(const at::Tensor& mask_logits, const at::Tensor& masks, const at::Tensor& has_mask,
                     std::int64_t count) {
  if (mask_logits.sizes() != masks.sizes() || has_mask.size(0) != masks.size(0))
    throw Error(Exit::internal, "Dice loss: logits and masks differ in shape");
  const at::Tensor p = mask_logits.to(at::kFloat).sigmoid().flatten(1);  // [N,HW]
  const at::Tensor g = masks.to(at::kFloat).flatten(1);
  const at::Tensor overlap = (p * g).sum(1);
  const at::Tensor loss = 1 - (2 * overlap + 1) / (p.sum(1) + g.sum(1) + 1);  // [N]
  return at::where(has_mask, loss, 0).sum() * share(count);
}

at::Tensor class_loss(const at::Tensor& class_logits, const at::Tensor& labels, const at::Tensor& weights,
                      std::int64_t count, double smoothing) {
  const at::Tensor sum =
      at::cross_entropy_loss(class_logits.to(at::kFloat), labels,
                             weights.defined() ? std::optional<at::Tensor>(weights) : std::nullopt,
                             at::Reduction::Sum, /*ignore_index=*/kNoLabel, smoothing);
  return sum * share(count);
}

Loss joint_loss(const Prediction& prediction, const Targets& targets, const TargetCounts& counts,
                const LossOptions& options) {
  Loss loss;
  if (prediction.mask_logits.defined())
    loss.mask = dice_loss(prediction.mask_logits, targets.masks, targets.has_mask, counts.masks);
  if (prediction.class_logits.defined())
    loss.classes = class_loss(prediction.class_logits, targets.labels, options.class_weights, counts.labels,
                              options.smoothing);
  loss.total = joined(loss.mask, loss.classes, options);
  if (loss.mask.defined()) loss.mask = loss.mask.detach();
  if (loss.classes.defined()) loss.classes = loss.classes.detach();
  return loss;
}

}  // namespace tn
