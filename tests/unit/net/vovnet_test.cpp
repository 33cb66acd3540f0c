#include "libcore/net/vovnet.hpp"

#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "libcore/net/runtime.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/unit/net/tensors.hpp"

namespace tn {
namespace {

std::vector<std::vector<std::int64_t>> sizes(const VovNetLayout& layout, std::int64_t height,
                                             std::int64_t width) {
  const at::NoGradGuard no_gradients;
  const Autocast fast(true);
  VovNet encoder(1, layout, EcaRule::fixed3);
  encoder->eval();
  const Pyramid f = encoder->forward(at::zeros({1, 1, height, width}));
  std::vector<std::vector<std::int64_t>> all;
  for (const at::Tensor* level : {&f.f0, &f.f1, &f.f2, &f.f3, &f.f4})
    all.push_back({level->size(1), level->size(2), level->size(3)});
  return all;
}

using Sizes = std::vector<std::vector<std::int64_t>>;

TEST(VovNet, FeaturesOfLayout39At512) {
  EXPECT_EQ(sizes(vovnet39(), 512, 512),
            (Sizes{{128, 128, 128}, {256, 128, 128}, {512, 64, 64}, {768, 32, 32}, {1024, 16, 16}}));
}

TEST(VovNet, PoolsInCeilModeAt500) {
  EXPECT_EQ(sizes(vovnet_tiny(), 500, 500),
            (Sizes{{32, 125, 125}, {32, 125, 125}, {64, 62, 62}, {96, 31, 31}, {128, 15, 15}}));
}

TEST(VovNet, TakesOddSizes) {
  EXPECT_EQ(sizes(vovnet_tiny(), 333, 250),
            (Sizes{{32, 84, 63}, {32, 84, 63}, {64, 42, 31}, {96, 21, 15}, {128, 10, 7}}));
}

TEST(VovNet, TakesTheSmallestSize) {
  EXPECT_EQ(sizes(vovnet_tiny(), 29, 29),
            (Sizes{{32, 8, 8}, {32, 8, 8}, {64, 4, 4}, {96, 2, 2}, {128, 1, 1}}));
}

TEST(VovNet, ComputesInChannelsLastOrderWhateverTheImagesHave) {
  VovNet encoder(1, vovnet_tiny(), EcaRule::fixed3);
  const at::Tensor images = at::zeros({2, 1, 40, 32});
  for (const at::Tensor& input : {images, test::channels_last(images)}) {
    const Pyramid f = encoder->forward(input);
    for (const at::Tensor* level : {&f.f0, &f.f1, &f.f2, &f.f3, &f.f4})
      EXPECT_TRUE(level->is_contiguous(at::MemoryFormat::ChannelsLast));
  }
}

TEST(VovNet, RefusesSmallerImagesWithTheirSize) {
  const auto thrown = test::thrown_by([] { sizes(vovnet_tiny(), 28, 64); });
  EXPECT_EQ(thrown.exit_code, 65);
  EXPECT_EQ(thrown.text, "image of 64x28 px is too small for the network: at least 29x29 px");
}

TEST(VovNet, Layout57HasFourAndThreeBlocksInItsLastStages) {
  const VovNet encoder(1, vovnet57(), EcaRule::fixed3);
  EXPECT_EQ(test::named(*encoder, "stages.2.blocks.3.shortcut.conv.weight").sizes(),
            (at::IntArrayRef{768, 768, 1, 1}));
  EXPECT_EQ(test::named(*encoder, "stages.3.blocks.0.shortcut.conv.weight").sizes(),
            (at::IntArrayRef{1024, 768, 1, 1}));
  EXPECT_EQ(test::named(*encoder, "stages.0.blocks.0.conv_concat.conv.weight").sizes(),
            (at::IntArrayRef{256, 128 + 5 * 128, 1, 1}));
}

}  // namespace
}  // namespace tn
