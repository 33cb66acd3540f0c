#include "libcore/net/heads.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/upsample_bilinear2d.h>

#include "libcore/base/error.hpp"
#include "libcore/base/random.hpp"
#include "libcore/net/transfer.hpp"

namespace tn {

namespace {

// [N,C,1,1]: 0 for a dropped channel, 1/(1-p) for another, so that the mean stays.
at::Tensor dropout_scale(const at::Tensor& features, double dropped, std::span<const std::uint64_t> keys) {
  const auto images = static_cast<std::size_t>(features.size(0));
  if (!keys.empty() && keys.size() != images)
    throw Error(Exit::internal, "{} keys for {} images", keys.size(), images);
  const at::Tensor scale = at::empty({features.size(0), features.size(1), 1, 1}, at::kFloat);
  auto* value = scale.data_ptr<float>();
  for (std::size_t i = 0; i < images; ++i) {
    Random random(keys.empty() ? i : keys[i], "dropout");
    for (std::int64_t channel = 0; channel < features.size(1); ++channel)
      *value++ = random.chance(dropped) ? 0.0F : static_cast<float>(1 / (1 - dropped));
  }
  return sent(scale, features.device()).to(features.scalar_type());
}

}  // namespace

MaskHeadImpl::MaskHeadImpl(std::int64_t in, std::int64_t out, std::int64_t kernel, double dropped)
    : Conv2dImpl(torch::nn::Conv2dOptions(in, out, kernel).padding(kernel / 2)), dropped_(dropped) {}

at::Tensor MaskHeadImpl::forward(const at::Tensor& features, std::array<std::int64_t, 2> size,
                                 std::span<const std::uint64_t> image_keys) {
  const bool drops = is_training() && dropped_ > 0;
  const at::Tensor kept = drops ? features * dropout_scale(features, dropped_, image_keys) : features;
  const at::Tensor logits = Conv2dImpl::forward(kept).to(at::kFloat);
  return at::upsample_bilinear2d(logits, size, /*align_corners=*/true);
}

ClassHeadImpl::ClassHeadImpl(std::int64_t in, std::int64_t classes)
    : LinearImpl(torch::nn::LinearOptions(in, classes)) {}

at::Tensor ClassHeadImpl::forward(const at::Tensor& features) {
  return at::linear(features.mean({2, 3}), weight, bias).to(at::kFloat);
}

}  // namespace tn
