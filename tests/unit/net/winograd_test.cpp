// Winograd's convolution equals the direct one.
#include "libcore/net/winograd.hpp"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "libcore/net/instruction_set.hpp"
#include "libcore/net/runtime.hpp"
#include "libcore/net/winograd_loops.hpp"
#include "tests/unit/net/tensors.hpp"

namespace tn {
namespace {

using test::channels_last;
using test::formula;
using test::largest_difference;
using Tile = WinogradTile;

using Options = torch::nn::detail::ConvNdOptions<2>;

Options options_of(std::int64_t in, std::int64_t out) {
  return Options(in, out, 3).padding(1);
}

double root_mean_square(const at::Tensor& values) {
  return std::sqrt(values.square().mean().item<double>());
}

struct WinogradCase {
  at::ScalarType type;
  double tolerance;  // root mean square, of that of the answer
};

class WinogradOf : public testing::TestWithParam<WinogradCase> {
 protected:
  void SetUp() override {
    if (!WinogradConvolution::serves(formula(1, {16, 16, 3, 3}), options_of(16, 16), GetParam().type))
      GTEST_SKIP() << "this processor has no block products (AVX-512)";
  }
  at::Tensor features(std::int64_t images, std::int64_t in, std::int64_t height, std::int64_t width) const {
    return channels_last(formula(2, {images, in, height, width}).to(GetParam().type));
  }

  at::NoGradGuard no_gradients_;
};

// Sizes with and without a rest of the tile, smaller than a tile and smaller than a patch; blocks of every
// length.
TEST_P(WinogradOf, EqualsDirectConvolution) {
  const std::vector<std::array<std::int64_t, 3>> sizes{{1, 1, 1},   {2, 1, 5},   {3, 2, 3},   {1, 2, 4},
                                                       {2, 7, 9},   {1, 12, 16}, {2, 33, 21}, {1, 40, 64},
                                                       {1, 3, 130}, {1, 96, 80}};
  const std::vector<std::pair<std::int64_t, std::int64_t>> channels{{16, 16}, {16, 48}, {80, 32}, {256, 208}};
  EXPECT_EQ(WinogradConvolution(formula(3, {16, 16, 3, 3}), formula(4, {16}), GetParam().type).tile().rows,
            4);
  EXPECT_EQ(WinogradConvolution(formula(3, {208, 256, 3, 3}), formula(4, {208}), GetParam().type).tile().rows,
            2);
  for (const auto& [in, out] : channels)
    for (const auto& [images, height, width] : sizes) {
      SCOPED_TRACE(testing::Message() << in << " to " << out << " channels, " << images << " images of "
                                      << height << " x " << width);
      const at::Tensor weight = formula(3, {out, in, 3, 3}), bias = formula(4, {out});
      const at::Tensor from = features(images, in, height, width);
      const at::Tensor answer = WinogradConvolution(weight, bias, GetParam().type).forward(from);
      const at::Tensor expected =
          at::conv2d(from.to(at::kDouble), weight.to(at::kDouble), bias.to(at::kDouble), {1, 1}, {1, 1})
              .relu();
      EXPECT_EQ(answer.scalar_type(), GetParam().type);
      EXPECT_TRUE(answer.is_contiguous(at::MemoryFormat::ChannelsLast));
      const double size = root_mean_square(expected);
      EXPECT_LT(root_mean_square(answer.to(at::kDouble) - expected), GetParam().tolerance * size);
      EXPECT_LT(largest_difference(answer.to(at::kDouble), expected), 10 * GetParam().tolerance * size);
    }
}

// Other numbers of images and of threads make other blocks: of 32 and 64 tiles, of the rests of them,
// and, where a map has few, of a part of the output channels.
TEST_P(WinogradOf, AnImagesAnswerDependsOnNothingElse) {
  for (const std::int64_t channels : {80, 192, 256})
    for (const auto& [height, width] :
         std::vector<std::pair<std::int64_t, std::int64_t>>{{13, 27}, {48, 64}, {8, 8}}) {
      SCOPED_TRACE(testing::Message() << channels << " channels, " << height << " x " << width);
      const at::Tensor weight = formula(3, {channels, channels, 3, 3}), bias = formula(4, {channels});
      const WinogradConvolution convolution(weight, bias, GetParam().type);
      const at::Tensor from = features(3, channels, height, width);
      set_threads(1);
      const at::Tensor together = convolution.forward(from);
      for (const int threads : {1, 2, 4}) {
        at::set_num_threads(threads);
        EXPECT_TRUE(at::equal(convolution.forward(from), together));
        for (std::int64_t image = 0; image < 3; ++image)
          EXPECT_TRUE(at::equal(convolution.forward(channels_last(from.narrow(0, image, 1))),
                                channels_last(together.narrow(0, image, 1))));
      }
      set_threads(0);
    }
}

// As of the concatenation, and cut from its answer: on large maps and on small ones, whose threads take some
// of the output channels each, here of both parts.
TEST_P(WinogradOf, TakesSeveralTensorsAndGivesSeveralAnswers) {
  for (const std::int64_t in : {64, 1024}) {  // tiles of four rows and of two
    const at::Tensor weight = formula(3, {96, in, 3, 3}), bias = formula(4, {96});
    const WinogradConvolution whole(weight, bias, GetParam().type),
        in_parts(weight, bias, GetParam().type, {64, 32});
    ASSERT_EQ(whole.tile().rows, in == 64 ? 4 : 2);
    ASSERT_EQ(in_parts.tile().rows, whole.tile().rows);
    for (const std::int64_t side : {0, 6, 50}) {
      const at::Tensor from = features(side == 0 ? 0 : 2, in, side + 1, side + 1);
      const std::vector<at::Tensor> pieces{channels_last(from.narrow(1, 0, 16)),
                                           channels_last(from.narrow(1, 16, in - 16))};
      const at::Tensor expected = whole.forward(from);
      for (const int threads : {1, 2, 4}) {
        at::set_num_threads(threads);
        const std::vector<at::Tensor> answers = in_parts.forward(pieces);
        ASSERT_EQ(answers.size(), 2U);
        EXPECT_EQ(answers.front().size(1), 64);
        for (const at::Tensor& answer : answers)
          EXPECT_TRUE(answer.is_contiguous(at::MemoryFormat::ChannelsLast));
        EXPECT_TRUE(at::equal(at::cat(answers, 1), expected));
      }
      set_threads(0);
    }
  }
}

// The numbers of features are the more work, so tiles are as large as for one of the parts alone.
TEST_P(WinogradOf, PartsHaveTheTilesOfOneOfThem) {
  const at::Tensor weight = formula(3, {192, 384, 3, 3}), bias = formula(4, {192});
  EXPECT_EQ(WinogradConvolution(weight, bias, GetParam().type).tile().rows, 2);
  EXPECT_EQ(WinogradConvolution(weight, bias, GetParam().type, {96, 96}).tile().rows, 4);
}

TEST_P(WinogradOf, TakesNoImages) {
  const WinogradConvolution convolution(formula(3, {32, 16, 3, 3}), formula(4, {32}), GetParam().type);
  EXPECT_EQ(convolution.forward(features(0, 16, 8, 8)).sizes(), at::IntArrayRef({0, 32, 8, 8}));
}

// A network that overflows is told of, not answered for: the nine pixels around.
TEST_P(WinogradOf, WhatIsNotANumberStaysSo) {
  const WinogradConvolution convolution(formula(3, {32, 16, 3, 3}), formula(4, {32}), GetParam().type);
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    const at::Tensor from = features(1, 16, 9, 13);
    from.select(2, 4).select(2, 5).fill_(bad);
    const at::Tensor around = convolution.forward(from).narrow(2, 3, 3).narrow(3, 4, 3);
    EXPECT_FALSE(around.isfinite().any().item<bool>());
  }
}

TEST_P(WinogradOf, RefusesOtherFeaturesAndWeights) {
  const WinogradConvolution convolution(formula(3, {32, 16, 3, 3}), formula(4, {32}), GetParam().type);
  EXPECT_THROW(convolution.forward(features(1, 32, 9, 13)), c10::Error);
  EXPECT_THROW(convolution.forward(features(1, 16, 9, 13).contiguous()), c10::Error);
  EXPECT_THROW(convolution.forward(features(1, 16, 9, 13).to(at::kDouble)), c10::Error);
  EXPECT_THROW(WinogradConvolution(formula(3, {32, 17, 3, 3}), formula(4, {32}), GetParam().type),
               c10::Error);
  EXPECT_THROW(convolution.forward(std::vector<at::Tensor>{}), c10::Error);
  const WinogradConvolution in_parts(formula(3, {32, 16, 3, 3}), formula(4, {32}), GetParam().type, {16, 16});
  EXPECT_THROW(in_parts.forward(features(1, 16, 9, 13)), c10::Error);
  const at::Tensor half = features(1, 8, 9, 13), other_size = features(1, 16, 9, 12);
  EXPECT_THROW(convolution.forward(std::vector{half, half}), c10::Error);
  const WinogradConvolution of_two(formula(3, {32, 32, 3, 3}), formula(4, {32}), GetParam().type);
  EXPECT_THROW(of_two.forward(std::vector{features(1, 16, 9, 13), other_size}), c10::Error);
  for (const std::vector<std::int64_t>& parts :
       std::vector<std::vector<std::int64_t>>{{16}, {24, 8}, {32, 0}, {16, 32}})
    EXPECT_THROW(WinogradConvolution(formula(3, {32, 16, 3, 3}), formula(4, {32}), GetParam().type, parts),
                 c10::Error);
}

INSTANTIATE_TEST_SUITE_P(Types, WinogradOf,
                         testing::Values(WinogradCase{at::kFloat, 4e-6}, WinogradCase{at::kBFloat16, 0.03}),
                         [](const auto& of) { return of.param.type == at::kFloat ? "float32" : "bfloat16"; });

TEST_P(WinogradOf, ServesWhatItComputesOnly) {
  const auto serves = [](const at::Tensor& weight, const Options& options) {
    return WinogradConvolution::serves(weight, options, GetParam().type);
  };
  const at::Tensor weight = formula(1, {16, 16, 3, 3});
  EXPECT_TRUE(serves(weight, options_of(16, 16)));
  EXPECT_FALSE(serves(weight, options_of(16, 16).stride(2)));
  EXPECT_FALSE(serves(weight, options_of(16, 16).dilation(2)));
  EXPECT_FALSE(serves(weight, options_of(16, 16).padding(torch::ExpandingArray<2>({0, 1}))));
  EXPECT_FALSE(serves(weight, options_of(16, 16).padding(torch::kSame)));
  EXPECT_FALSE(serves(formula(1, {16, 24, 3, 3}), options_of(24, 16)));
  EXPECT_FALSE(serves(formula(1, {24, 16, 3, 3}), options_of(16, 24)));
  EXPECT_FALSE(serves(formula(1, {16, 16, 1, 1}), options_of(16, 16)));
  EXPECT_FALSE(serves(formula(1, {16, 16, 3, 3}), options_of(32, 16).groups(2)));
  const std::int64_t most = GetParam().type == at::kFloat ? 1024 : 2048;
  EXPECT_TRUE(serves(at::empty({1024, most, 3, 3}), options_of(most, 1024)));
  EXPECT_FALSE(serves(at::empty({1040, most, 3, 3}), options_of(most, 1040)));
  EXPECT_TRUE(
      WinogradConvolution::serves(at::empty({512, most, 3, 3}), options_of(most, 512), GetParam().type, 2));
  EXPECT_FALSE(
      WinogradConvolution::serves(at::empty({528, most, 3, 3}), options_of(most, 528), GetParam().type, 2));
  EXPECT_FALSE(
      WinogradConvolution::serves(formula(1, {24, 16, 3, 3}), options_of(16, 24), GetParam().type, 2));
  EXPECT_FALSE(WinogradConvolution::serves(weight, options_of(16, 16), at::kHalf));
}

// ---- the transforms, of every instruction set that this machine has ----

std::vector<const WinogradLoops*> all_loops() {
  return runnable(kPlainWinograd, kAvx512Winograd, kAvx512Bf16Winograd);
}

// What the method rests on, by the definition: with the kernel's numbers from Lagrange's formula, the
// transforms and one product for each number give the sum over nine pixels.
class WinogradTransform : public testing::TestWithParam<std::int64_t> {
 protected:
  // Tiles at the borders, and in the middle patches that lie inside the image.
  static constexpr std::int64_t kHeight = 9, kWidth = 14, kChannels = 16;

  static double pixel(std::int64_t y, std::int64_t x, std::int64_t c) {
    return y < 0 || x < 0 || y >= kHeight || x >= kWidth
               ? 0.0
               : std::sin(static_cast<double>(1 + 5 * y + 3 * x + 7 * c));
  }
  static double kernel(std::int64_t y, std::int64_t x) {
    constexpr std::array<double, 9> kTaps{0.5, -1.25, 2, -0.75, 3, 0.25, 1.5, -2, 1};
    return kTaps.at(static_cast<std::size_t>(3 * y + x));
  }
  static std::vector<double> points_of(std::int64_t patch_pixels) {
    if (patch_pixels == 4) return {0, 1, -1};
    return {0, Tile::kNear, -Tile::kNear, Tile::kFar, -Tile::kFar};
  }
  // What the weight of this power is multiplied with for number i of an axis.
  static double share(std::int64_t patch_pixels, std::int64_t i, std::int64_t power) {
    const std::vector<double> points = points_of(patch_pixels);
    if (i == std::ssize(points)) return power == 2 ? 1 : 0;  // infinity
    const double at = points[static_cast<std::size_t>(i)];
    double share = std::pow(at, static_cast<double>(power));
    for (const double other : points)
      if (other != at) share /= at - other;
    return share;
  }

  static constexpr WinogradSlice kAll{.first = 0, .count = kChannels};

  WinogradTile tile_{.rows = GetParam()};
};

TEST_P(WinogradTransform, GivesTheSumOverNinePixels) {
  std::vector<float> image;
  for (std::int64_t y = 0; y < kHeight; ++y)
    for (std::int64_t x = 0; x < kWidth; ++x)
      for (std::int64_t c = 0; c < kChannels; ++c) image.push_back(static_cast<float>(pixel(y, x, c)));
  for (const WinogradLoops* loops : all_loops())
    for (std::int64_t y0 = 0; y0 < kHeight; y0 += tile_.rows)
      for (std::int64_t x0 = 0; x0 < kWidth; x0 += Tile::kColumns) {
        SCOPED_TRACE(testing::Message() << loops->name << " at " << y0 << ", " << x0);
        const WinogradPlace place{
            .height = kHeight, .width = kWidth, .channels = kChannels, .y = y0, .x = x0};
        std::vector<float> numbers(static_cast<std::size_t>(tile_.numbers() * kChannels));
        loops->of(tile_).to_numbers(image.data(), place, numbers.data(), kChannels);
        for (std::int64_t n = 0; n < std::ssize(numbers); ++n) {
          const std::int64_t i = n / kChannels / Tile::kPatchColumns, j = n / kChannels % Tile::kPatchColumns;
          double factor = 0;
          for (std::int64_t a = 0; a < 3; ++a)
            for (std::int64_t b = 0; b < 3; ++b)
              factor += kernel(a, b) * share(tile_.rows + 2, i, a) * share(Tile::kPatchColumns, j, b);
          numbers[static_cast<std::size_t>(n)] *= static_cast<float>(factor);
        }
        const std::vector<float> bias(kChannels, 2.0F);
        std::vector<float> out(image.size(), -1.0F);
        loops->of(tile_).to_pixels(numbers.data(), kChannels, bias.data(), place, kAll, out.data());
        for (std::int64_t n = 0; n < std::ssize(out); ++n) {
          const std::int64_t y = n / kChannels / kWidth, x = n / kChannels % kWidth, c = n % kChannels;
          double expected = -1;  // not written
          if (y >= y0 && y < y0 + tile_.rows && x >= x0 && x < x0 + Tile::kColumns) {
            expected = 2;
            for (std::int64_t a = 0; a < 3; ++a)
              for (std::int64_t b = 0; b < 3; ++b) expected += kernel(a, b) * pixel(y + a - 1, x + b - 1, c);
            expected = std::max(0.0, expected);
          }
          EXPECT_NEAR(out[static_cast<std::size_t>(n)], expected, 1e-5) << y << ", " << x << ", " << c;
        }
      }
}

// Tiles of an image of 6 x 6 inside and at each border.
std::vector<WinogradPlace> places() {
  std::vector<WinogradPlace> places;
  for (const std::int64_t y : {0, 1, 4})
    for (const std::int64_t x : {0, 1, 4})
      places.push_back({.height = 6, .width = 6, .channels = 16, .y = y, .x = x});
  return places;
}

// bfloat16: the same numbers, rounded to nearest.
TEST_P(WinogradTransform, HalfVariantsRound) {
  const at::Tensor image = formula(5, {6, 6, 16}).to(at::kBFloat16), exact = image.to(at::kFloat);
  const at::Tensor products = formula(6, {tile_.numbers(), 16}), bias = formula(7, {16});
  const auto bits = [](const at::Tensor& tensor) {
    return reinterpret_cast<std::uint16_t*>(tensor.data_ptr<at::BFloat16>());
  };
  for (const WinogradLoops* loops : all_loops())
    for (const WinogradPlace& place : places()) {
      SCOPED_TRACE(testing::Message() << loops->name << " at " << place.y << ", " << place.x);
      const WinogradTransforms& transforms = loops->of(tile_);
      const at::Tensor numbers = at::zeros({tile_.numbers(), 16}), half_numbers = numbers.to(at::kBFloat16);
      transforms.to_numbers(exact.data_ptr<float>(), place, numbers.data_ptr<float>(), 16);
      transforms.to_numbers_half(bits(image), place, bits(half_numbers), 16);
      EXPECT_GT(numbers.abs().min().item<float>(), 0.0F);
      EXPECT_TRUE(at::equal(half_numbers, numbers.to(at::kBFloat16)));
      const at::Tensor out = at::zeros({6, 6, 16}), half_out = out.to(at::kBFloat16);
      transforms.to_pixels(products.data_ptr<float>(), 16, bias.data_ptr<float>(), place, kAll,
                           out.data_ptr<float>());
      transforms.to_pixels_half(products.data_ptr<float>(), 16, bias.data_ptr<float>(), place, kAll,
                                bits(half_out));
      EXPECT_GT(out.max().item<float>(), 0.0F);
      EXPECT_TRUE(at::equal(half_out, out.to(at::kBFloat16)));
    }
}

TEST_P(WinogradTransform, WhatIsNotANumberStaysSo) {
  const at::Tensor products = at::full({tile_.numbers(), 16}, std::numeric_limits<float>::quiet_NaN());
  const at::Tensor bias = at::zeros({16});
  for (const WinogradLoops* loops : all_loops())
    for (const WinogradPlace& place : places()) {
      SCOPED_TRACE(testing::Message() << loops->name << " at " << place.y << ", " << place.x);
      const at::Tensor out = at::zeros({6, 6, 16});
      loops->of(tile_).to_pixels(products.data_ptr<float>(), 16, bias.data_ptr<float>(), place, kAll,
                                 out.data_ptr<float>());
      const std::int64_t rows = std::min(tile_.rows, 6 - place.y),
                         columns = std::min(Tile::kColumns, 6 - place.x);
      EXPECT_EQ(out.isnan().sum().item<std::int64_t>(), rows * columns * 16);
      EXPECT_TRUE(out.narrow(0, place.y, rows).narrow(1, place.x, columns).isnan().all().item<bool>());
    }
}

INSTANTIATE_TEST_SUITE_P(Rows, WinogradTransform, testing::Values(2, 4),
                         [](const auto& of) { return of.param == 2 ? "two" : "four"; });

}  // namespace
}  // namespace tn
