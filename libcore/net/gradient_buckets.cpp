#include "libcore/net/gradient_buckets.hpp"

#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>

#include <functional>
#include <utility>

namespace tn {

struct GradientBuckets::Bucket {
  std::vector<std::size_t> parameters;
  std::size_t missing = 0;  // gradients that have not come
  at::Tensor values;        // all gradients side by side, float32
  std::uint64_t sum = 0;
};

namespace {

class Hook : public torch::autograd::FunctionPostHook {
 public:
  explicit Hook(std::function<void()> call) : call_(std::move(call)) {}
  torch::autograd::variable_list operator()(const torch::autograd::variable_list& outputs,
                                            const torch::autograd::variable_list&) override {
    call_();
    return outputs;
  }

 private:
  std::function<void()> call_;
};

}  // namespace

GradientBuckets::GradientBuckets(NamedTensors parameters, TensorSums& sums, std::int64_t bytes)
    : parameters_(std::move(parameters)), sums_(sums), bucket_of_(parameters_.size()) {
  std::int64_t filled = bytes;  // of the last bucket
  for (std::size_t i = parameters_.size(); i-- > 0;) {
    const std::int64_t size = parameters_[i].second.numel() * 4;
    if (filled + size > bytes) {
      buckets_.emplace_back();
      filled = 0;
    }
    filled += size;
    buckets_.back().parameters.push_back(i);
    bucket_of_[i] = buckets_.size() - 1;
  }
  for (Bucket& bucket : buckets_) {
    std::int64_t values = 0;
    for (const std::size_t i : bucket.parameters) values += parameters_[i].second.numel();
    bucket.values =
        at::zeros({values}, parameters_[bucket.parameters.front()].second.options().requires_grad(false));
  }
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    auto node = torch::autograd::impl::grad_accumulator(parameters_[i].second);
    const std::uintptr_t key = node->add_post_hook(std::make_unique<Hook>([this, i] { arrived(i); }));
    hooks_.emplace_back(std::move(node), key);
  }
}

GradientBuckets::~GradientBuckets() {
  for (const auto& [node, key] : hooks_) node->del_post_hook(key);
}

void GradientBuckets::arm() {
  for (Bucket& bucket : buckets_) bucket.missing = bucket.parameters.size();
  next_ = 0;
  armed_ = true;
}

void GradientBuckets::arrived(std::size_t parameter) {
  if (!armed_) return;
  --buckets_[bucket_of_[parameter]].missing;
  send_what_is_complete();
}

// In order, so that all processes send the same bucket first.
void GradientBuckets::send_what_is_complete() {
  for (; next_ < buckets_.size() && buckets_[next_].missing == 0; ++next_) {
    Bucket& bucket = buckets_[next_];
    std::int64_t at = 0;
    for (const std::size_t i : bucket.parameters) {
      const at::Tensor& gradient = parameters_[i].second.grad();
      const std::int64_t count = parameters_[i].second.numel();
      at::Tensor place = bucket.values.narrow(0, at, count);
      if (gradient.defined())
        place.copy_(gradient.flatten());
      else
        place.zero_();
      at += count;
    }
    bucket.sum = sums_.start(bucket.values);
  }
}

void GradientBuckets::finish() {
  armed_ = false;
  for (Bucket& bucket : buckets_) bucket.missing = 0;  // what got no gradient now gets none
  send_what_is_complete();
  for (Bucket& bucket : buckets_) {
    sums_.join(bucket.sum);
    std::int64_t at = 0;
    for (const std::size_t i : bucket.parameters) {
      at::Tensor& gradient = parameters_[i].second.mutable_grad();
      const std::int64_t count = parameters_[i].second.numel();
      if (gradient.defined()) gradient.copy_(bucket.values.narrow(0, at, count).view(gradient.sizes()));
      at += count;
    }
  }
}

}  // namespace tn
