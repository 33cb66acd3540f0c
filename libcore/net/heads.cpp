#include "libcore/net/heads.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/upsample_bilinear2d.h>

namespace tn {

namespace {

// [N,C,1,1]: 0 for a dropped channel, 1/(1-p) for another, so that the mean stays.
at::Tensor dropout_scale(const at::Tensor& features, double dropped, const at::Generator& generator) {
  const at::Tensor kept = at::empty({features.size(0), features.size(1), 1, 1}, at::kFloat);
  kept.bernoulli_(1 - dropped, generator).div_(1 - dropped);
  return kept.to(features.options());
}

}  // namespace

MaskHeadImpl::MaskHeadImpl(std::int64_t in, std::int64_t out, std::int64_t kernel, double dropped)
    : Conv2dImpl(torch::nn::Conv2dOptions(in, out, kernel).padding(kernel / 2)), dropped_(dropped) {}

at::Tensor MaskHeadImpl::forward(const at::Tensor& features, std::array<std::int64_t, 2> size,
                                 const at::Generator& generator) {
  const bool drops = is_training() && dropped_ > 0;
  const at::Tensor kept = drops ? features * dropout_scale(features, dropped_, generator) : features;
  const at::Tensor logits = Conv2dImpl::forward(kept).to(at::kFloat);
  return at::upsample_bilinear2d(logits, size, /*align_corners=*/true);
}

ClassHeadImpl::ClassHeadImpl(std::int64_t in, std::int64_t classes)
    : LinearImpl(torch::nn::LinearOptions(in, classes)) {}

at::Tensor ClassHeadImpl::forward(const at::Tensor& features) {
  return at::linear(features.mean({2, 3}), weight, bias).to(at::kFloat);
}

}  // namespace tn
