#include "libcore/net/heads.hpp"

#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/upsample_bilinear2d.h>

namespace tn {

namespace {

constexpr double kDropped = 0.1;

// [N,C,1,1]: 0 for a dropped channel, 1/(1-p) for another, so that the mean stays.
at::Tensor dropout_scale(const at::Tensor& features, const at::Generator& generator) {
  const at::Tensor kept = at::empty({features.size(0), features.size(1), 1, 1}, at::kFloat);
  kept.bernoulli_(1 - kDropped, generator).div_(1 - kDropped);
  return kept.to(features.options());
}

}  // namespace

MaskHeadImpl::MaskHeadImpl(std::int64_t in, std::int64_t out)
    : Conv2dImpl(torch::nn::Conv2dOptions(in, out, 1)) {}

at::Tensor MaskHeadImpl::forward(const at::Tensor& features, std::array<std::int64_t, 2> size,
                                 const at::Generator& generator) {
  const at::Tensor kept = is_training() ? features * dropout_scale(features, generator) : features;
  return at::upsample_bilinear2d(at::conv2d(kept, weight, bias).to(at::kFloat), size, /*align_corners=*/true);
}

ClassHeadImpl::ClassHeadImpl(std::int64_t in, std::int64_t classes)
    : LinearImpl(torch::nn::LinearOptions(in, classes)) {}

at::Tensor ClassHeadImpl::forward(const at::Tensor& features) {
  return at::linear(features.mean({2, 3}), weight, bias).to(at::kFloat);
}

}  // namespace tn
