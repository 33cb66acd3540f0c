#include "libcore/net/learner.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>

#include <array>
#include <cmath>

#include "libcore/base/hash.hpp"
#include "libcore/net/batch_norm.hpp"
#include "libcore/net/initialise.hpp"
#include "libcore/net/micro_batches.hpp"
#include "libcore/net/pretrained.hpp"
#include "libcore/net/registry.hpp"
#include "libcore/net/runtime.hpp"

namespace tn {
namespace {

NamedTensors trainable(const Network& network) {
  NamedTensors parameters;
  for (const auto& item : network.named_parameters()) parameters.push_back({item.key(), item.value()});
  return parameters;
}

LossOptions loss_options(const TrainJob& job) {
  LossOptions loss;
  loss.alpha = job.options.alpha;
  loss.joint = job.options.joint;
  loss.class_weights = at::tensor({job.class_weights[0], job.class_weights[1]}, at::kFloat);
  loss.smoothing = job.options.label_smoothing;
  return loss;
}

}  // namespace

Learner::Learner(const TrainJob& job, bool bfloat16)
    : network_(make_network(job.net)),
      bfloat16_(bfloat16),
      loss_(loss_options(job)),
      processes_(job.processes) {
  initialise(*network_, make_generator(static_cast<std::uint64_t>(job.options.seed)));
  if (!job.init.empty() && !job.resume) init_ = load_pretrained(*network_, job.init);
  parameters_ = trainable(*network_);
  state_ = named_state(*network_);
  buffers_ = network_->buffers();
  descent_ = make_descent(parameters_, job.options);
  if (job.options.ema > 0) ema_.emplace(state_, job.options.ema);
  if (processes_ != nullptr) buckets_.emplace(parameters_, *processes_);
  if (job.options.sync_batch_norm) synchronise_batch_norms(*network_, processes_);
}

// Micro-batch after micro-batch; their losses are shares of the whole batch's, so that the gradients add up.
StepLoss Learner::gradients(const Batch& batch, std::uint64_t seed, std::int64_t micro) {
  buffers_before_.clear();
  for (const at::Tensor& buffer : buffers_) buffers_before_.push_back(buffer.clone());
  std::vector<std::uint64_t> keys;
  for (const std::string& id : batch.ids) keys.push_back(hash64(id, seed));
  const TargetCounts counts = counts_of_all(batch);
  const std::int64_t size = batch.images.size(0);
  StepLoss sum;
  std::int64_t first = 0;
  for (const std::int64_t count : cut_batch(size, micro)) {
    const auto part = [&](const at::Tensor& all) { return all.narrow(0, first, count); };
    network_->draw_by({keys.begin() + first, keys.begin() + first + count});
    Loss value;
    {
      const Autocast autocast(bfloat16_);
      const Prediction prediction =
          network_->forward(part(batch.images).contiguous(at::MemoryFormat::ChannelsLast));
      value = joint_loss(prediction, {part(batch.masks), part(batch.has_mask), part(batch.labels)}, counts,
                         loss_);
    }
    if (buckets_ && first + count == size) buckets_->arm();
    value.total.backward();
    sum.total += value.total.item<double>();
    if (value.mask.defined()) sum.mask += value.mask.item<double>();
    if (value.classes.defined()) sum.classes += value.classes.item<double>();
    first += count;
  }
  if (buckets_) buckets_->finish();
  std::array<double, 3> sums{sum.total, sum.mask, sum.classes};
  add_up(processes_, sums);
  return {sums[0], sums[1], sums[2]};
}

TargetCounts Learner::counts_of_all(const Batch& batch) const {
  const TargetCounts here = count_targets({batch.masks, batch.has_mask, batch.labels});
  std::array<double, 2> all{static_cast<double>(here.masks), static_cast<double>(here.labels)};
  add_up(processes_, all);
  return {static_cast<std::int64_t>(all[0]), static_cast<std::int64_t>(all[1])};
}

void Learner::undo() {
  const at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < buffers_before_.size(); ++i) buffers_[i].copy_(buffers_before_[i]);
  network_->zero_grad();
}

double Learner::gradient_norm() const {
  double square = 0;
  for (const auto& p : parameters_)
    if (p.second.grad().defined()) square += std::pow(p.second.grad().norm().item<double>(), 2);
  return std::sqrt(square);
}

void Learner::clip(double norm, double limit) {
  if (norm <= limit) return;
  for (const auto& p : parameters_)
    if (p.second.grad().defined()) p.second.grad().mul_(limit / norm);
}

void Learner::step(double learning_rate, std::int64_t step) {
  descent_->step(learning_rate);
  network_->zero_grad();
  if (ema_) ema_->update(state_, step);
}

void Learner::swap() {
  if (!ema_) return;
  ema_->swap(state_);
  swapped_ = !swapped_;
}

NamedTensors Learner::everything() const {
  NamedTensors all;
  const auto add = [&](const std::string& prefix, const NamedTensors& tensors) {
    for (std::size_t i = 0; i < tensors.size(); ++i)
      all.push_back({prefix + state_[i].first, tensors[i].second});
  };
  // Swapped, the averages lie in the network and the weights beside it.
  const NamedTensors beside = ema_ ? ema_->state() : NamedTensors();
  add("net.", swapped_ ? beside : state_);
  if (ema_) add("ema.", swapped_ ? state_ : beside);
  for (const auto& tensor : descent_->state()) all.push_back(tensor);
  return all;
}

}  // namespace tn
