#include "libcore/net/folded_convolution.hpp"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/conv2d.h>

#include <optional>
#include <string_view>
#include <variant>

#include "libcore/net/loop_elements.hpp"

namespace tn {
namespace {

using Sizes = at::IntArrayRef;
using Pack = at::Tensor(const at::Tensor&, Sizes, Sizes, Sizes, std::int64_t, at::OptionalIntArrayRef);
using Convolve = at::Tensor(const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&, Sizes,
                            Sizes, Sizes, std::int64_t, std::string_view,
                            c10::List<std::optional<at::Scalar>>, std::optional<std::string_view>);

// LibTorch registers these two for its own compiler; they have no C++ names.
template <typename Signature>
c10::TypedOperatorHandle<Signature> operator_named(const char* name) {
  return c10::Dispatcher::singleton().findSchemaOrThrow(name, "").typed<Signature>();
}

}  // namespace

FoldedWeights fold(const torch::nn::Conv2dImpl& convolution, const BatchNormImpl& norm) {
  const at::NoGradGuard no_grad;
  const at::Tensor factor = norm.weight / (norm.running_var + norm.options.eps()).sqrt();
  return {convolution.weight * factor.view({-1, 1, 1, 1}), norm.bias - norm.running_mean * factor};
}

FoldedConvolution::FoldedConvolution(const FoldedWeights& weights,
                                     const torch::nn::detail::ConvNdOptions<2>& options, at::ScalarType type)
    : padding_(std::get<torch::ExpandingArray<2>>(options.padding())->begin(),
               std::get<torch::ExpandingArray<2>>(options.padding())->end()),
      stride_(options.stride()->begin(), options.stride()->end()),
      dilation_(options.dilation()->begin(), options.dilation()->end()),
      bias_(weights.bias.to(type)) {
  if (WinogradConvolution::serves(weights.weight, options, type)) {
    winograd_.emplace(weights.weight, weights.bias, type);
    return;
  }
  const at::Tensor weight = weights.weight.to(type);
  if (!weight.is_cpu()) {
    weight_ = weight.contiguous(at::MemoryFormat::ChannelsLast);
    return;
  }
  static const auto pack = operator_named<Pack>("mkldnn::_reorder_convolution_weight");
  // Packed without knowing the images, weights of 1x1 may be in another order than the images ask for, and
  // oneDNN changes packed weights slowly, in every call; others quickly.
  const bool is_pointwise = weight.size(2) == 1 && weight.size(3) == 1;
  weight_ = is_pointwise ? weight.contiguous()
                         : pack.call(weight.contiguous(), padding_, stride_, dilation_, 1, std::nullopt);
}

at::Tensor FoldedConvolution::on_the_processor(const at::Tensor& features) const {
  static const auto convolve = operator_named<Convolve>("mkldnn::_convolution_pointwise");
  static const c10::List<std::optional<at::Scalar>> none;
  return convolve.call(features, weight_, bias_, padding_, stride_, dilation_, 1, "relu", none, std::nullopt);
}

at::Tensor FoldedConvolution::forward(const at::Tensor& features) const {
  const at::Tensor laid = laid_out(features, bias_.scalar_type());
  if (winograd_) return winograd_->forward(laid);
  if (bias_.is_cpu()) return on_the_processor(laid);
  return at::conv2d(laid, weight_, bias_, stride_, padding_, dilation_).relu_();
}

}  // namespace tn
