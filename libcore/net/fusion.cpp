#include "libcore/net/fusion.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <ATen/ops/zeros_like.h>

#include <array>
#include <numeric>
#include <utility>

#include "libcore/net/resized_sum.hpp"

namespace tn {

namespace {

at::Tensor resize_like(const at::Tensor& features, const at::Tensor& like) {
  return at::upsample_bilinear2d(features, {like.size(2), like.size(3)}, /*align_corners=*/true);
}

}  // namespace

FusionImpl::FusionImpl(const VovNetLayout& layout, std::int64_t out)
    : Conv2dImpl(torch::nn::Conv2dOptions(
          std::accumulate(layout.out.begin(), layout.out.end(), std::int64_t{0}), out, 1)),
      channels_(layout.out) {}

void FusionImpl::fold(at::ScalarType type) {
  std::vector<Pointwise> folded;
  std::int64_t begin = 0;
  for (const std::int64_t channels : channels_) {
    const at::Tensor slice = weight.narrow(1, begin, channels);
    if (!Pointwise::serves(slice, std::array{channels}, type)) return;
    folded.emplace_back(slice, begin == 0 ? bias : at::zeros_like(bias), std::vector{channels}, type,
                        Pointwise::Rectify::no);
    begin += channels;
  }
  folded_ = std::move(folded);
  release_parameters(*this);
}

at::Tensor FusionImpl::forward(const Pyramid& features) {
  if (!folded_.empty()) return forward_folded(features);
  std::int64_t begin = features.f1.size(1);
  at::Tensor sum = at::conv2d(features.f1, weight.narrow(1, 0, begin), bias);
  for (const at::Tensor* level : {&features.f2, &features.f3, &features.f4}) {
    const at::Tensor mixed = at::conv2d(*level, weight.narrow(1, begin, level->size(1)));
    sum.add_(resize_like(mixed, sum));
    begin += level->size(1);
  }
  return sum;
}

at::Tensor FusionImpl::forward_folded(const Pyramid& features) const {
  std::vector<at::Tensor> mixed;
  for (const at::Tensor& level : {features.f1, features.f2, features.f3, features.f4})
    mixed.push_back(folded_[mixed.size()].forward(std::array{level}));
  at::Tensor sum = mixed.front();
  add_resized(sum, {mixed.begin() + 1, mixed.end()});
  return sum;
}

at::Tensor FusionImpl::literal(const Pyramid& features) {
  const at::Tensor& f1 = features.f1;
  return Conv2dImpl::forward(at::cat(
      {f1, resize_like(features.f2, f1), resize_like(features.f3, f1), resize_like(features.f4, f1)}, 1));
}

}  // namespace tn
