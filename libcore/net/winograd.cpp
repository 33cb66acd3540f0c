// Compiled with -fopenmp: at::parallel_for is serial without (CMakeLists.txt).
#include "libcore/net/winograd.hpp"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/native/CPUBlas.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <array>
#include <type_traits>
#include <variant>
#include <vector>

#include "libcore/net/block_products.hpp"
#include "libcore/net/winograd_loops.hpp"

namespace tn {
namespace {

namespace blas = at::native::cpublas;
using Tile = WinogradTile;

// Tiles at a time: with many the weights are read seldom, with few the numbers and the products of a block
// stay in the second-level cache, and there are blocks for every thread.
constexpr std::int64_t kMostTiles = 64, kFewestTiles = 16, kCacheBytes = std::int64_t{2} << 20U;

template <typename T>
using Bits = std::conditional_t<std::is_same_v<T, float>, float, std::uint16_t>;

// Elements from one of the 24 matrices of a block to the next: an odd number of cache lines, since the
// transforms touch all 24 at once and a power of two would put them into one set of the first-level cache.
template <typename T>
std::int64_t distance(std::int64_t elements) {
  constexpr std::int64_t kLine = 64 / static_cast<std::int64_t>(sizeof(T));
  return ((elements + kLine - 1) / kLine | 1) * kLine;
}

// What a kernel's three weights along one axis become: the polynomial of these coefficients at each point,
// over the product of the point's distances to the others; and at infinity.
template <std::size_t N>
at::Tensor weight_transform(const std::array<double, N>& points) {
  std::vector<double> rows;
  for (const double at : points) {
    double scale = 1;
    for (const double other : points)
      if (other != at) scale /= at - other;
    rows.insert(rows.end(), {scale, scale * at, scale * at * at});
  }
  rows.insert(rows.end(), {0, 0, 1});
  return at::tensor(rows, at::kDouble).view({static_cast<std::int64_t>(N) + 1, 3});
}

// [out,in,3,3] -> [24,in,out], or for bfloat16 pairs of rows, element by element: [24,in/2,out,2].
at::Tensor pack(const at::Tensor& weight, at::ScalarType type) {
  const at::NoGradGuard no_grad;
  static const at::Tensor columns = weight_transform<3>({0, 1, -1});
  static const at::Tensor rows = weight_transform<5>({0, Tile::kNear, -Tile::kNear, Tile::kFar, -Tile::kFar});
  const std::int64_t out = weight.size(0), in = weight.size(1);
  const at::Tensor numbers =
      at::matmul(at::matmul(columns, weight.to(at::kDouble)), rows.t());  // [out,in,4,6]
  const at::Tensor matrices = numbers.permute({2, 3, 1, 0}).to(type);
  if (type == at::kFloat) return matrices.reshape({Tile::kProducts, in, out}).contiguous();
  return matrices.reshape({Tile::kProducts, in / 2, 2, out}).transpose(2, 3).contiguous();
}

std::int64_t tiles_at_a_time(std::int64_t tiles, std::int64_t bytes_per_tile) {
  std::int64_t count = kMostTiles;
  while (count > kFewestTiles &&
         (count * bytes_per_tile > kCacheBytes || tiles < 2 * count * at::get_num_threads()))
    count /= 2;
  return count;
}

}  // namespace

bool WinogradConvolution::serves(const at::Tensor& weight, const torch::nn::detail::ConvNdOptions<2>& options,
                                 at::ScalarType type) {
  const auto each_is = [](const torch::ExpandingArray<2>& values, std::int64_t value) {
    return std::ranges::all_of(*values, [value](std::int64_t one) { return one == value; });
  };
  const auto* padding = std::get_if<torch::ExpandingArray<2>>(&options.padding());
  return weight.is_cpu() && weight.size(2) == 3 && weight.size(3) == 3 && weight.size(0) % 16 == 0 &&
         weight.size(1) % 16 == 0 && options.groups() == 1 && padding != nullptr && each_is(*padding, 1) &&
         each_is(options.stride(), 1) && each_is(options.dilation(), 1) && has_block_products(type);
}

WinogradConvolution::WinogradConvolution(const at::Tensor& weight, const at::Tensor& bias,
                                         at::ScalarType type)
    : in_(weight.size(1)),
      out_(weight.size(0)),
      packed_(pack(weight, type)),
      bias_(bias.to(at::kFloat).contiguous()) {}

template <typename T>
void WinogradConvolution::run(const at::Tensor& features, at::Tensor& out) const {
  const std::int64_t images = features.size(0), height = features.size(2), width = features.size(3);
  const std::int64_t across = (width + Tile::kColumns - 1) / Tile::kColumns;
  const std::int64_t of_image = (height + Tile::kRows - 1) / Tile::kRows * across, tiles = images * of_image;
  const std::int64_t most = tiles_at_a_time(
      tiles,
      Tile::kProducts * (in_ * static_cast<std::int64_t>(sizeof(T)) + out_ * std::int64_t{sizeof(float)}));
  const std::int64_t to_next = distance<T>(most * in_), to_next_product = distance<float>(most * out_);
  const auto* from = reinterpret_cast<const Bits<T>*>(features.const_data_ptr<T>());
  auto* to = reinterpret_cast<Bits<T>*>(out.data_ptr<T>());
  const auto* weights = packed_.const_data_ptr<T>();
  const auto* bias = bias_.const_data_ptr<float>();
  const WinogradLoops& loops = winograd_loops();
  at::parallel_for(0, (tiles + most - 1) / most, 1, [&](std::int64_t first_block, std::int64_t last_block) {
    const at::Tensor numbers = at::empty({Tile::kProducts * to_next}, packed_.options());
    const at::Tensor products = at::empty({Tile::kProducts * to_next_product}, bias_.options());
    auto* const of_patch = numbers.data_ptr<T>();
    auto* const of_tile = products.data_ptr<float>();
    for (std::int64_t block = first_block; block < last_block; ++block) {
      const std::int64_t first = block * most, count = std::min(most, tiles - first);
      const auto each_tile = [&](std::int64_t channels,
                                 const auto& work) {  // work(row, image's place, tile's)
        for (std::int64_t row = 0; row < count; ++row) {
          const std::int64_t tile = first + row, in_image = tile % of_image;
          work(row, tile / of_image * height * width * channels,
               WinogradPlace{.height = height,
                             .width = width,
                             .channels = channels,
                             .y = in_image / across * Tile::kRows,
                             .x = in_image % across * Tile::kColumns});
        }
      };
      each_tile(in_, [&](std::int64_t row, std::int64_t image, const WinogradPlace& place) {
        auto* const of_row = reinterpret_cast<Bits<T>*>(of_patch) + row * in_;
        if constexpr (std::is_same_v<T, float>)
          loops.to_numbers(from + image, place, of_row, to_next);
        else
          loops.to_numbers_half(from + image, place, of_row, to_next);
      });
      for (std::int64_t p = 0; p < Tile::kProducts; ++p)
        blas::brgemm(count, out_, in_, in_, out_, out_, /*add_C=*/false, of_patch + p * to_next,
                     weights + p * in_ * out_, of_tile + p * to_next_product,
                     /*is_vnni=*/!std::is_same_v<T, float>);
      each_tile(out_, [&](std::int64_t row, std::int64_t image, const WinogradPlace& place) {
        const float* const of_row = of_tile + row * out_;
        if constexpr (std::is_same_v<T, float>)
          loops.to_pixels(of_row, to_next_product, bias, place, to + image);
        else
          loops.to_pixels_half(of_row, to_next_product, bias, place, to + image);
      });
    }
    blas::brgemm_release();
  });
}

at::Tensor WinogradConvolution::forward(const at::Tensor& features) const {
  at::Tensor out = at::empty({features.size(0), out_, features.size(2), features.size(3)}, packed_.options(),
                             at::MemoryFormat::ChannelsLast);
  if (packed_.scalar_type() == at::kFloat)
    run<float>(features, out);
  else
    run<at::BFloat16>(features, out);
  return out;
}

}  // namespace tn
