// What PSPNet, DeepLabv3+ and DANet share: a dilated ResNet-50 below `encoder`, the heads.
#pragma once

#include "libcore/net/blocks.hpp"
#include "libcore/net/heads.hpp"
#include "libcore/net/network.hpp"
#include "libcore/net/options.hpp"
#include "libcore/net/resnet.hpp"

namespace tn {

// The class branch taps the last stage (2048): global average pool, fully connected.
class ResNetSegmenter : public Network {
 public:
  Prediction forward(const at::Tensor& images) final;
  std::int64_t least_side() const final { return ResNetImpl::kLeastSide; }

 protected:
  ResNetSegmenter(const NetOptions& options, std::int64_t output_stride);

  // What the mask is made of by dropout (0.1), a 1x1 convolution and a resize: [N,width,h,w] of the width
  // that add_heads() was told. Called with a mask head alone.
  virtual at::Tensor decode(const ResNetFeatures& features) = 0;

  // Ends the derived class's constructor: registers the heads that the options ask for.
  void add_heads(const NetOptions& options, std::int64_t width);

 private:
  ResNet encoder_;
  MaskHead mask_head_{nullptr};
  ClassHead class_head_{nullptr};
};

// The features averaged over bins x bins cells, a 1x1 convolution with BatchNorm and ReLU, resized (bilinear,
// corners aligned) to their size again. One cell of one image has no statistics of a batch: training with a
// single image throws Error(usage).
at::Tensor pooled_context(ConvBnRelu& convolution, const at::Tensor& features, std::int64_t bins);

at::Tensor resize_like(const at::Tensor& features, const at::Tensor& like);  // bilinear, corners aligned

}  // namespace tn
