#include "libcore/net/blocks.hpp"

namespace tn {

namespace {

torch::nn::Conv2dOptions convolution(const ConvBnReluOptions& options) {
  return torch::nn::Conv2dOptions(options.in, options.out, options.kernel)
      .stride(options.stride)
      .padding(options.dilation * (options.kernel / 2))
      .dilation(options.dilation)
      .bias(false);
}

}  // namespace

ConvBnReluImpl::ConvBnReluImpl(const ConvBnReluOptions& options)
    : conv_(convolution(options)), bn_(options.out) {
  register_module("conv", conv_);
  register_module("bn", bn_);
}

void ConvBnReluImpl::fold(at::ScalarType type) {
  if (!handed_over_) folded_.emplace(hand_over(), conv_->options, type);
}

FoldedWeights ConvBnReluImpl::hand_over() {
  handed_over_ = true;
  FoldedWeights weights = tn::fold(*conv_, *bn_);
  release_parameters(*this);
  return weights;
}

at::Tensor ConvBnReluImpl::forward(const at::Tensor& features) {
  if (folded_) return folded_->forward(features);
  TORCH_CHECK(!handed_over_, "a part that was handed over has no answer");
  return bn_->forward(conv_->forward(features)).relu_();
}

}  // namespace tn
