#include "libcore/net/vovnet.hpp"

#include <ATen/ops/max_pool2d.h>

#include "libcore/net/network.hpp"
#include "libcore/net/osa_block.hpp"

namespace tn {

VovNetLayout vovnet39() {
  return {{64, 64, 128}, {128, 160, 192, 224}, {256, 512, 768, 1024}, {1, 1, 2, 2}};
}

VovNetLayout vovnet57() {
  return {{64, 64, 128}, {128, 160, 192, 224}, {256, 512, 768, 1024}, {1, 1, 4, 3}};
}

VovNetLayout vovnet27_slim() {
  return {{64, 64, 128}, {64, 80, 96, 112}, {128, 256, 384, 512}, {1, 1, 1, 1}};
}

VovNetLayout vovnet_tiny() {
  return {{16, 16, 32}, {16, 20, 24, 28}, {32, 64, 96, 128}, {1, 1, 1, 1}};
}

OsaStageImpl::OsaStageImpl(std::int64_t in, const VovNetLayout& layout, std::size_t stage, EcaRule eca,
                           bool projection)
    : pools_(stage > 0) {
  for (std::int64_t b = 0; b < layout.blocks[stage]; ++b)
    blocks_->push_back(OsaBlock(
        OsaOptions{b == 0 ? in : layout.out[stage], layout.mid[stage], layout.out[stage], eca, projection}));
  register_module("blocks", blocks_);
}

at::Tensor OsaStageImpl::forward(const at::Tensor& features) {
  at::Tensor x = features;
  if (pools_) x = at::max_pool2d(x, {3, 3}, {2, 2}, {0, 0}, {1, 1}, /*ceil_mode=*/true);
  for (const auto& block : *blocks_) x = block->as<OsaBlock>()->forward(x);
  return x;
}

VovNetImpl::VovNetImpl(std::int64_t in_channels, const VovNetLayout& layout, EcaRule eca, bool projection) {
  const std::array<std::int64_t, 3> strides{2, 1, 2};
  std::int64_t channels = in_channels;
  for (std::size_t i = 0; i < strides.size(); ++i) {
    stem_->push_back(ConvBnRelu(ConvBnReluOptions{channels, layout.stem[i], 3, strides[i]}));
    channels = layout.stem[i];
  }
  for (std::size_t stage = 0; stage < layout.out.size(); ++stage) {
    stages_->push_back(OsaStage(channels, layout, stage, eca, projection));
    channels = layout.out[stage];
  }
  register_module("stem", stem_);
  register_module("stages", stages_);
}

Pyramid VovNetImpl::forward(const at::Tensor& images) {
  expect_side(images, kLeastSide);
  at::Tensor f0 = in_channels_last(images);
  for (const auto& convolution : *stem_) f0 = convolution->as<ConvBnRelu>()->forward(f0);
  std::array<at::Tensor, 4> f;
  at::Tensor x = f0;
  for (std::size_t stage = 0; stage < f.size(); ++stage)
    f[stage] = x = stages_[stage]->as<OsaStage>()->forward(x);
  return {f0, f[0], f[1], f[2], f[3]};
}

}  // namespace tn
