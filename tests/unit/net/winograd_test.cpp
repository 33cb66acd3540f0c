// Winograd's convolution equals the direct one.
#include "libcore/net/winograd.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "libcore/net/attention_loops.hpp"
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

Options options_of(std::int64_t in, std::int64_t out, std::int64_t stride = 1, std::int64_t dilation = 1) {
  return Options(in, out, 3).stride(stride).padding(dilation).dilation(dilation);
}

struct WinogradCase {
  at::ScalarType type;
  double tolerance;  // of the largest magnitude in the answer
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
  const std::vector<std::array<std::int64_t, 3>> sizes{{1, 1, 1},   {2, 1, 5},   {3, 2, 3},
                                                       {1, 2, 4},   {2, 7, 9},   {1, 12, 16},
                                                       {2, 33, 21}, {1, 40, 64}, {1, 3, 130}};
  const std::vector<std::pair<std::int64_t, std::int64_t>> channels{{16, 16}, {16, 48}, {80, 32}, {64, 160}};
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
      EXPECT_LT(largest_difference(answer.to(at::kDouble), expected),
                GetParam().tolerance * expected.max().item<double>());
    }
}

// Another number of images and of threads makes other blocks.
TEST_P(WinogradOf, AnImagesAnswerDependsOnNothingElse) {
  const at::Tensor weight = formula(3, {96, 80, 3, 3}), bias = formula(4, {96});
  const WinogradConvolution convolution(weight, bias, GetParam().type);
  const at::Tensor from = features(5, 80, 13, 27), together = convolution.forward(from);
  set_threads(1);
  for (std::int64_t image = 0; image < 5; ++image)
    EXPECT_TRUE(at::equal(convolution.forward(channels_last(from.narrow(0, image, 1))),
                          channels_last(together.narrow(0, image, 1))));
  set_threads(0);
}

INSTANTIATE_TEST_SUITE_P(Types, WinogradOf,
                         testing::Values(WinogradCase{at::kFloat, 2e-6}, WinogradCase{at::kBFloat16, 0.03}),
                         [](const auto& of) { return of.param.type == at::kFloat ? "float32" : "bfloat16"; });

TEST(Winograd, ServesWhatItComputesOnly) {
  const at::Tensor weight = formula(1, {16, 16, 3, 3});
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    EXPECT_FALSE(WinogradConvolution::serves(weight, options_of(16, 16, 2), type));
    EXPECT_FALSE(WinogradConvolution::serves(weight, options_of(16, 16, 1, 2), type));
    EXPECT_FALSE(WinogradConvolution::serves(
        weight, options_of(16, 16).padding(torch::ExpandingArray<2>({0, 1})), type));
    EXPECT_FALSE(WinogradConvolution::serves(weight, options_of(16, 16).padding(torch::kSame), type));
    EXPECT_FALSE(WinogradConvolution::serves(formula(1, {16, 24, 3, 3}), options_of(24, 16), type));
    EXPECT_FALSE(WinogradConvolution::serves(formula(1, {24, 16, 3, 3}), options_of(16, 24), type));
    EXPECT_FALSE(WinogradConvolution::serves(formula(1, {16, 16, 1, 1}), options_of(16, 16), type));
    EXPECT_FALSE(WinogradConvolution::serves(formula(1, {16, 16, 3, 3}), options_of(32, 16).groups(2), type));
  }
}

// ---- the transforms, of every instruction set that this machine has ----

std::vector<const WinogradLoops*> all_loops() {
  std::vector<const WinogradLoops*> loops{&kPlainWinograd};
  if (&attention_loops() != &kPlainLoops) loops.push_back(&kAvx512Winograd);
  if (&attention_loops() == &kAvx512Bf16Loops) loops.push_back(&kAvx512Bf16Winograd);
  return loops;
}

// The value of a polynomial with these coefficients at each point, and its highest coefficient.
template <std::size_t Points, std::size_t Coefficients>
std::array<double, Points + 1> values_at(const std::array<double, Points>& points,
                                         const std::array<double, Coefficients>& polynomial) {
  std::array<double, Points + 1> values{};
  for (std::size_t i = 0; i < Points; ++i)
    for (std::size_t k = Coefficients; k-- > 0;) values[i] = values[i] * points[i] + polynomial[k];
  values[Points] = polynomial[Coefficients - 1];
  return values;
}

// What the method rests on, by the definition: with the kernel's 24 numbers from Lagrange's formula, the
// transforms and one product for each number give the sum over nine pixels.
TEST(WinogradLoops, TransformsGiveTheSumOverNinePixels) {
  const std::array<double, 3> column_points{0, 1, -1};
  const std::array<double, 5> row_points{0, Tile::kNear, -Tile::kNear, Tile::kFar, -Tile::kFar};
  const auto shares = [](const auto& points) {  // 1 / product of the distances
    std::vector<double> all;
    for (const double at : points) {
      double product = 1;
      for (const double other : points)
        if (other != at) product *= at - other;
      all.push_back(1 / product);
    }
    all.push_back(1);
    return all;
  };
  constexpr std::int64_t kHeight = 3, kWidth = 6, kChannels = 16;
  const auto pixel = [](std::int64_t y, std::int64_t x, std::int64_t c) {
    return y < 0 || x < 0 || y >= kHeight || x >= kWidth
               ? 0.0
               : std::sin(static_cast<double>(1 + 5 * y + 3 * x + 7 * c));
  };
  const std::array<std::array<double, 3>, 3> kernel{{{0.5, -1.25, 2}, {-0.75, 3, 0.25}, {1.5, -2, 1}}};
  std::vector<float> image(kHeight * kWidth * kChannels);
  for (std::int64_t i = 0; i < std::ssize(image); ++i)
    image[static_cast<std::size_t>(i)] =
        static_cast<float>(pixel(i / kChannels / kWidth, i / kChannels % kWidth, i % kChannels));
  for (const WinogradLoops* loops : all_loops())
    for (const auto& [y0, x0] :
         std::vector<std::pair<std::int64_t, std::int64_t>>{{0, 0}, {0, 4}, {2, 0}, {2, 4}}) {
      SCOPED_TRACE(testing::Message() << loops->name << " at " << y0 << ", " << x0);
      const WinogradPlace place{.height = kHeight, .width = kWidth, .channels = kChannels, .y = y0, .x = x0};
      std::vector<float> numbers(Tile::kProducts * kChannels);
      loops->to_numbers(image.data(), place, numbers.data(), kChannels);
      for (std::int64_t i = 0; i < Tile::kPatchRows; ++i)
        for (std::int64_t j = 0; j < Tile::kPatchColumns; ++j) {
          double factor = 0;
          for (std::size_t a = 0; a < 3; ++a)
            for (std::size_t b = 0; b < 3; ++b) {
              std::array<double, 3> along_column{}, along_row{};
              along_column[a] = along_row[b] = 1;
              factor += kernel[a][b] * values_at(column_points, along_column)[static_cast<std::size_t>(i)] *
                        shares(column_points)[static_cast<std::size_t>(i)] *
                        values_at(row_points, along_row)[static_cast<std::size_t>(j)] *
                        shares(row_points)[static_cast<std::size_t>(j)];
            }
          for (std::int64_t c = 0; c < kChannels; ++c)
            numbers[static_cast<std::size_t>((i * Tile::kPatchColumns + j) * kChannels + c)] *=
                static_cast<float>(factor);
        }
      const std::vector<float> bias(kChannels, 8.0F);  // all above zero
      std::vector<float> out(image.size(), -1.0F);
      loops->to_pixels(numbers.data(), kChannels, bias.data(), place, out.data());
      for (std::int64_t y = 0; y < kHeight; ++y)
        for (std::int64_t x = 0; x < kWidth; ++x)
          for (std::int64_t c = 0; c < kChannels; ++c) {
            const bool is_of_tile = y >= y0 && y < y0 + Tile::kRows && x >= x0 && x < x0 + Tile::kColumns;
            double expected = is_of_tile ? 8 : -1;
            for (std::int64_t a = 0; a < 3 && is_of_tile; ++a)
              for (std::int64_t b = 0; b < 3; ++b)
                expected += kernel[static_cast<std::size_t>(a)][static_cast<std::size_t>(b)] *
                            pixel(y + a - 1, x + b - 1, c);
            EXPECT_NEAR(out[static_cast<std::size_t>((y * kWidth + x) * kChannels + c)],
                        std::max(0.0, expected), is_of_tile ? 1e-5 : 1.1)
                << y << ", " << x << ", " << c;
          }
    }
}

// bfloat16: the same numbers, rounded to nearest.
TEST(WinogradLoops, HalfVariantsRound) {
  const WinogradPlace place{.height = 4, .width = 6, .channels = 16, .y = 1, .x = 1};
  const at::Tensor image = formula(5, {4, 6, 16}).to(at::kBFloat16), exact = image.to(at::kFloat);
  const at::Tensor products = formula(6, {24, 16}), bias = formula(7, {16});
  const auto bits = [](const at::Tensor& tensor) {
    return reinterpret_cast<std::uint16_t*>(tensor.data_ptr<at::BFloat16>());
  };
  for (const WinogradLoops* loops : all_loops()) {
    SCOPED_TRACE(loops->name);
    at::Tensor numbers = at::zeros({24, 16}), half_numbers = at::zeros({24, 16}, at::kBFloat16);
    loops->to_numbers(exact.data_ptr<float>(), place, numbers.data_ptr<float>(), 16);
    loops->to_numbers_half(bits(image), place, bits(half_numbers), 16);
    EXPECT_TRUE(at::equal(half_numbers, numbers.to(at::kBFloat16)));
    at::Tensor out = at::zeros({4, 6, 16}), half_out = at::zeros({4, 6, 16}, at::kBFloat16);
    loops->to_pixels(products.data_ptr<float>(), 16, bias.data_ptr<float>(), place, out.data_ptr<float>());
    loops->to_pixels_half(products.data_ptr<float>(), 16, bias.data_ptr<float>(), place, bits(half_out));
    EXPECT_TRUE(at::equal(half_out, out.to(at::kBFloat16)));
  }
}

}  // namespace
}  // namespace tn
