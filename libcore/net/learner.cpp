#include "libcore/net/learner.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_copy.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <array>

#include "libcore/base/hash.hpp"
#include "libcore/net/batch_norm.hpp"
#include "libcore/net/initialise.hpp"
#include "libcore/net/micro_batches.hpp"
#include "libcore/net/pretrained.hpp"
#include "libcore/net/registry.hpp"
#include "libcore/net/runtime.hpp"
#include "libcore/net/transfer.hpp"

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

// [3] double: total, mask, classes; 0 for a head that is not there.
at::Tensor side_by_side(const Loss& loss) {
  const at::Tensor total = loss.total.detach();
  const auto or_zero = [&](const at::Tensor& part) { return part.defined() ? part : at::zeros_like(total); };
  return at::stack({total, or_zero(loss.mask), or_zero(loss.classes)}).to(at::kDouble);
}

}  // namespace

Learner::Learner(const TrainJob& job, bool bfloat16, at::Device device)
    : network_(make_network(job.net)),
      bfloat16_(bfloat16),
      device_(device),
      loss_(loss_options(job)),
      device_loss_(loss_),
      processes_(job.processes) {
  initialise(*network_, make_generator(static_cast<std::uint64_t>(job.options.seed)));
  if (!job.init.empty() && !job.resume) init_ = load_pretrained(*network_, job.init);
  network_->to(device_);
  device_loss_.class_weights = sent(loss_.class_weights, device_);
  parameters_ = trainable(*network_);
  state_ = named_state(*network_);
  buffers_ = network_->buffers();
  descent_ = make_descent(parameters_, job.options);
  if (job.options.ema > 0) ema_.emplace(state_, job.options.ema);
  if (processes_ == nullptr) return;
  sums_ = make_tensor_sums(*processes_, device_, job.stranded);
  init_.details.push_back(std::string("sums over processes go through ") + sums_->way());
  buckets_.emplace(parameters_, *sums_);
  if (job.options.sync_batch_norm) synchronise_batch_norms(*network_, sums_.get());
}

void Learner::keep_buffers() {
  if (buffers_before_.empty())
    for (const at::Tensor& buffer : buffers_) buffers_before_.push_back(at::empty_like(buffer));
  if (!buffers_.empty()) at::_foreach_copy_(buffers_before_, buffers_);
}

// Micro-batch after micro-batch; their losses are shares of the whole batch's, so that the gradients add up.
StepLoss Learner::gradients(const Batch& batch, std::uint64_t seed, std::int64_t micro) {
  keep_buffers();
  std::vector<std::uint64_t> keys;
  for (const std::string& id : batch.ids) keys.push_back(hash64(id, seed));
  const TargetCounts counts = counts_of_all(batch);
  const std::int64_t size = batch.images.size(0);
  at::Tensor sums = at::zeros({3}, at::TensorOptions(at::kDouble).device(device_));
  std::int64_t first = 0;
  for (const std::int64_t count : cut_batch(size, micro)) {
    const auto part = [&](const at::Tensor& all) { return all.narrow(0, first, count); };
    network_->draw_by({keys.begin() + first, keys.begin() + first + count});
    Loss value;
    {
      const Autocast autocast(bfloat16_, device_.type());
      const Prediction prediction =
          network_->forward(part(batch.images).contiguous(at::MemoryFormat::ChannelsLast));
      value = joint_loss(prediction, {part(batch.masks), part(batch.has_mask), part(batch.labels)}, counts,
                         device_loss_);
    }
    if (buckets_ && first + count == size) buckets_->arm();
    value.total.backward();
    sums.add_(side_by_side(value));
    first += count;
  }
  if (buckets_) buckets_->finish();
  return read(sums);
}

// The step's only wait for the device.
StepLoss Learner::read(const at::Tensor& losses) const {
  const at::Tensor both = at::cat({losses, gradient_norm()});
  if (sums_) sums_->wait();  // notices a lost process, for which .cpu() would wait for ever
  const at::Tensor numbers = both.cpu();
  const auto* number = numbers.const_data_ptr<double>();
  std::array<double, 3> sums{number[0], number[1], number[2]};
  add_up(processes_, sums);
  return {sums[0], sums[1], sums[2], number[3]};
}

TargetCounts Learner::counts_of_all(const Batch& batch) const {
  std::array<double, 2> all{static_cast<double>(batch.with_mask), static_cast<double>(batch.with_label)};
  add_up(processes_, all);
  return {static_cast<std::int64_t>(all[0]), static_cast<std::int64_t>(all[1])};
}

void Learner::undo() {
  const at::NoGradGuard no_grad;
  if (!buffers_before_.empty()) at::_foreach_copy_(buffers_, buffers_before_);
  network_->zero_grad();
}

// [1] double
at::Tensor Learner::gradient_norm() const {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> gradients;
  for (const auto& p : parameters_)
    if (p.second.grad().defined()) gradients.push_back(p.second.grad());
  if (gradients.empty()) return at::zeros({1}, at::TensorOptions(at::kDouble).device(device_));
  return at::stack(at::_foreach_norm(gradients, 2)).to(at::kDouble).norm().view({1});
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
