// Compiled with -fopenmp (turns.hpp).
#include "libcore/net/winograd.hpp"

#include <ATen/native/CPUBlas.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "libcore/net/block_products.hpp"
#include "libcore/net/loop_elements.hpp"
#include "libcore/net/turns.hpp"

namespace tn {
namespace {

namespace blas = at::native::cpublas;
using Tile = WinogradTile;

// Pairs of channels of one answer up to which tiles have four rows: more weights than these make do not stay
// in a cache until they are read again. Two answers share the transforms, which pays for twice the weights.
constexpr std::int64_t kFewChannelPairs = 48 * 1024;

// And bytes of them from which on direct convolution, whose weights are fewer, is as fast: more are read from
// memory for every block.
constexpr std::int64_t kMostPairBytes = std::int64_t{4} << 20U;

// Tiles at a time: with many the weights are read seldom, with few the numbers and the products of a block
// stay near (about the second-level cache), and there are blocks for every thread.
constexpr std::int64_t kMostTiles = 64, kFewestTiles = 32, kBlockBytes = std::int64_t{2} << 20U;

// Elements from one matrix of a block to the next: an odd number of cache lines, since the transforms touch
// all of them at once and a power of two would put them into one set of the first-level cache.
template <typename T>
std::int64_t distance(std::int64_t elements) {
  constexpr std::int64_t kLine = 64 / static_cast<std::int64_t>(sizeof(T));
  return ((elements + kLine - 1) / kLine | 1) * kLine;
}

using Taps = std::array<double, 3>;  // what a kernel's three weights along an axis are multiplied with

// The polynomial of these coefficients at each point, over the product of the point's distances to the
// others; and at infinity.
std::vector<Taps> weight_transform(std::span<const double> points) {
  std::vector<Taps> rows;
  for (const double at : points) {
    double scale = 1;
    for (const double other : points)
      if (other != at) scale /= at - other;
    rows.push_back({scale, scale * at, scale * at * at});
  }
  rows.push_back({0, 0, 1});
  return rows;
}
std::vector<Taps> weight_transform_to(std::int64_t pixels) {
  constexpr std::array<double, 3> kOfTwo{0, 1, -1};
  constexpr std::array<double, 5> kOfFour{0, Tile::kNear, -Tile::kNear, Tile::kFar, -Tile::kFar};
  return pixels == 2 ? weight_transform(kOfTwo) : weight_transform(kOfFour);
}

// [out,in,3,3] -> [numbers,in,out], pairs of rows element by element.
template <typename T>
at::Tensor pack(const at::Tensor& weight, const Tile& tile, at::ScalarType type) {
  const std::int64_t out = weight.size(0), in = weight.size(1);
  const at::Tensor kernels = weight.to(at::kFloat).permute({1, 2, 3, 0}).contiguous();  // [in,3,3,out]
  const std::vector<Taps> columns = weight_transform_to(tile.rows),
                          rows = weight_transform_to(Tile::kColumns);
  at::Tensor packed = at::empty({tile.numbers() * in * out}, weight.options().dtype(type));
  const auto* from = kernels.const_data_ptr<float>();
  auto* to = packed.data_ptr<T>();
  in_turns(in / kRightGroup<T>, [&](Turns& turns) {
    std::vector<double> sums(static_cast<std::size_t>(out));
    const auto pack_row = [&](std::int64_t k) {
      T* matrix = to;
      for (const Taps& column : columns)
        for (const Taps& row : rows) {
          std::ranges::fill(sums, 0.0);
          const float* tap = from + k * 9 * out;
          for (const double a : column)
            for (const double b : row) {
              for (std::size_t n = 0; n < sums.size(); ++n) sums[n] += a * b * static_cast<double>(tap[n]);
              tap += out;
            }
          for (std::int64_t n = 0; n < out; ++n)
            matrix[in_right_side<T>(k, n, out)] =
                static_cast<T>(static_cast<float>(sums[static_cast<std::size_t>(n)]));
          matrix += in * out;
        }
    };
    while (const auto group = turns.next())
      for (std::int64_t k = *group * kRightGroup<T>; k < (*group + 1) * kRightGroup<T>; ++k) pack_row(k);
  });
  return packed;
}

// The tiles of all images, row by row, image after image.
struct Tiling {
  Tiling(const at::Tensor& features, const Tile& tile)
      : rows(tile.rows),
        height(features.size(2)),
        width(features.size(3)),
        across((width + Tile::kColumns - 1) / Tile::kColumns),
        of_image((height + rows - 1) / rows * across),
        tiles(features.size(0) * of_image) {}

  WinogradPlace place(std::int64_t tile, std::int64_t channels) const {
    const std::int64_t in_image = tile % of_image;
    return {.height = height,
            .width = width,
            .channels = channels,
            .y = in_image / across * rows,
            .x = in_image % across * Tile::kColumns};
  }
  std::int64_t image_begin(std::int64_t tile, std::int64_t channels) const {
    return tile / of_image * height * width * channels;
  }

  std::int64_t rows, height, width, across, of_image, tiles;
};

// How a convolution is cut into tasks: so many tiles by so many output channels.
struct Cut {
  Cut(std::int64_t all_tiles, std::int64_t out, std::int64_t bytes_per_tile) : columns(out) {
    const std::int64_t threads = at::get_num_threads();
    while (tiles > kFewestTiles && (tiles * bytes_per_tile > kBlockBytes || all_tiles < 2 * tiles * threads))
      tiles /= 2;
    // Small images: the threads share the output channels, each with all numbers of a block.
    blocks = (all_tiles + tiles - 1) / tiles;
    while (blocks * (out / columns) < threads && columns % 32 == 0) columns /= 2;
    parts = out / columns;
  }

  std::int64_t tiles = kMostTiles, columns;
  std::int64_t blocks, parts;  // of tiles, of output channels
};

bool is_served(const at::Tensor& weight) {
  return weight.dim() == 4 && weight.size(2) == 3 && weight.size(3) == 3 && weight.size(0) % 16 == 0 &&
         weight.size(1) % 16 == 0;
}

template <typename T>
auto transforms_of(const WinogradTransforms& transforms) {
  if constexpr (std::is_same_v<T, float>)
    return std::pair(transforms.to_numbers, transforms.to_pixels);
  else
    return std::pair(transforms.to_numbers_half, transforms.to_pixels_half);
}

// Whether tensors of so many channels are one of `all`.
bool are_served(std::span<const std::int64_t> channels, std::int64_t all) {
  return std::reduce(channels.begin(), channels.end()) == all &&
         std::ranges::all_of(channels, [](std::int64_t count) { return count > 0 && count % 16 == 0; });
}

// One tensor's share of all channels.
template <typename Element>
struct Share {
  Element* data;
  std::int64_t first, count;

  // Its channels among those from `column` on.
  WinogradSlice of(std::int64_t column, std::int64_t columns) const {
    const std::int64_t begin = std::max(column, first), end = std::min(column + columns, first + count);
    return {.first = begin - first, .count = end - begin};
  }
};
template <typename Element>
std::vector<Share<Element>> shares_of(std::span<const at::Tensor> tensors,
                                      Element* (*elements_of)(const at::Tensor&)) {
  std::vector<Share<Element>> shares;
  std::int64_t first = 0;
  for (const at::Tensor& tensor : tensors) {
    shares.push_back({elements_of(tensor), first, tensor.size(1)});
    first += tensor.size(1);
  }
  return shares;
}

}  // namespace

bool WinogradConvolution::serves(const at::Tensor& weight, const torch::nn::detail::ConvNdOptions<2>& options,
                                 at::ScalarType type, std::int64_t answers) {
  const auto each_is = [](const torch::ExpandingArray<2>& values, std::int64_t value) {
    return std::ranges::all_of(*values, [value](std::int64_t one) { return one == value; });
  };
  const auto* padding = std::get_if<torch::ExpandingArray<2>>(&options.padding());
  return weight.is_cpu() && is_served(weight) &&
         answers * weight.size(0) * weight.size(1) * static_cast<std::int64_t>(c10::elementSize(type)) <=
             kMostPairBytes &&
         options.groups() == 1 && padding != nullptr && each_is(*padding, 1) &&
         each_is(options.stride(), 1) && each_is(options.dilation(), 1) && has_block_products(type);
}

WinogradConvolution::WinogradConvolution(const at::Tensor& weight, const at::Tensor& bias,
                                         at::ScalarType type, std::vector<std::int64_t> parts)
    : in_(weight.size(1)),
      out_(weight.size(0)),
      parts_(parts.empty() ? std::vector{out_} : std::move(parts)),
      tile_{.rows = in_ * std::ranges::max(parts_) <= kFewChannelPairs ? 4 : 2},
      bias_(bias.to(at::kFloat).clone()) {  // its own: a parameter changes when the network is folded
  TORCH_CHECK(is_served(weight), "Winograd's convolution: weights of ", weight.sizes());
  TORCH_CHECK(are_served(parts_, out_), "Winograd's convolution: parts of ", parts_, " channels for ", out_);
  packed_ = type == at::kFloat ? pack<float>(weight, tile_, type) : pack<at::BFloat16>(weight, tile_, type);
}

template <typename T>
void WinogradConvolution::run(std::span<const at::Tensor> pieces, std::span<const at::Tensor> answers) const {
  const Tiling tiling(pieces.front(), tile_);
  const std::int64_t numbers = tile_.numbers();
  const Cut cut(tiling.tiles, out_,
                numbers * (in_ * static_cast<std::int64_t>(sizeof(T)) +
                           out_ * static_cast<std::int64_t>(sizeof(float))));
  const std::int64_t to_next = distance<T>(cut.tiles * in_),
                     to_next_product = distance<float>(cut.tiles * cut.columns);
  const auto from = shares_of(pieces, elements<T>);
  const auto to = shares_of(answers, mutable_elements<T>);
  const auto* weights = packed_.const_data_ptr<T>();
  const auto* bias = bias_.const_data_ptr<float>();
  const auto [to_numbers, to_pixels] = transforms_of<T>(winograd_loops().of(tile_));
  in_turns(cut.blocks * cut.parts, [&](Turns& turns) {
    const Scratch<T> left(numbers * to_next);
    const Scratch<float> products(numbers * to_next_product);
    while (const auto turn = turns.next()) {
      const std::int64_t first = *turn / cut.parts * cut.tiles;
      const std::int64_t count = std::min(cut.tiles, tiling.tiles - first);
      const std::int64_t column = *turn % cut.parts * cut.columns;
      for (std::int64_t row = 0; row < count; ++row)
        for (const auto& share : from)
          to_numbers(share.data + tiling.image_begin(first + row, share.count),
                     tiling.place(first + row, share.count),
                     reinterpret_cast<LoopElement<T>*>(left.data()) + row * in_ + share.first, to_next);
      for (std::int64_t p = 0; p < numbers; ++p)
        blas::brgemm(count, cut.columns, in_, in_, out_, cut.columns, /*add_C=*/false,
                     left.data() + p * to_next, weights + p * in_ * out_ + in_right_side<T>(0, column, out_),
                     products.data() + p * to_next_product, /*is_vnni=*/kRightGroup<T> > 1);
      for (std::int64_t row = 0; row < count; ++row)
        for (const auto& share : to) {
          const WinogradSlice slice = share.of(column, cut.columns);
          if (slice.count > 0)
            to_pixels(products.data() + row * cut.columns + share.first + slice.first - column,
                      to_next_product, bias + share.first, tiling.place(first + row, share.count), slice,
                      share.data + tiling.image_begin(first + row, share.count));
        }
    }
    blas::brgemm_release();
  });
}

at::Tensor WinogradConvolution::forward(const at::Tensor& features) const {
  TORCH_CHECK(parts_.size() == 1, "Winograd's convolution: one answer of ", parts_.size());
  return forward(std::span(&features, 1)).front();
}

std::vector<at::Tensor> WinogradConvolution::forward(std::span<const at::Tensor> pieces) const {
  TORCH_CHECK(!pieces.empty(), "Winograd's convolution of nothing");
  const at::Tensor& first = pieces.front();
  std::vector<std::int64_t> channels;
  for (const at::Tensor& piece : pieces) {
    TORCH_CHECK(piece.dim() == 4 && piece.scalar_type() == packed_.scalar_type() &&
                    piece.is_contiguous(at::MemoryFormat::ChannelsLast) && piece.size(0) == first.size(0) &&
                    piece.size(2) == first.size(2) && piece.size(3) == first.size(3),
                "Winograd's convolution: features of ", piece.sizes());
    channels.push_back(piece.size(1));
  }
  TORCH_CHECK(are_served(channels, in_), "Winograd's convolution: features of ", channels, " channels for ",
              in_);
  std::vector<at::Tensor> answers;
  for (const std::int64_t part : parts_)
    answers.push_back(at::empty({first.size(0), part, first.size(2), first.size(3)}, packed_.options(),
                                at::MemoryFormat::ChannelsLast));
  if (packed_.scalar_type() == at::kFloat)
    run<float>(pieces, answers);
  else
    run<at::BFloat16>(pieces, answers);
  return answers;
}

}  // namespace tn
