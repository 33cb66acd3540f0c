#include "libcore/net/grey_filters.hpp"

#include <ATen/ops/tensor.h>

#include <array>
#include <string_view>

namespace tn {
namespace {

// Red, green and blue, of levels in [0,1]: timm's IMAGENET_DEFAULT_MEAN and IMAGENET_DEFAULT_STD, and what
// the transforms of torchvision's weights take.
constexpr std::array<double, 3> kMean{0.485, 0.456, 0.406};
constexpr std::array<double, 3> kDeviation{0.229, 0.224, 0.225};

at::Tensor channels(const std::array<double, 3>& values) {
  return at::tensor(values, at::kDouble).reshape({1, 3, 1, 1});
}

}  // namespace

GreyFilters for_grey(const at::Tensor& filters) {
  const at::Tensor scaled = filters.to(at::kDouble).div(channels(kDeviation));
  return {scaled.sum(1, /*keepdim=*/true), scaled.mul(channels(kMean)).sum({1, 2, 3})};
}

std::string mean_behind(const std::string& filters) {
  constexpr std::string_view kConvolution = "conv", kWeight = "weight";
  const std::size_t at = filters.rfind(kConvolution);
  if (at == std::string::npos || !filters.ends_with(kWeight)) return "";
  const std::size_t after = at + kConvolution.size();
  return filters.substr(0, at) + "bn" + filters.substr(after, filters.size() - after - kWeight.size()) +
         "running_mean";
}

}  // namespace tn
