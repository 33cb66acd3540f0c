// Compiled with -fopenmp (turns.hpp).
#include "libcore/net/pointwise.hpp"

#include <ATen/native/CPUBlas.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <type_traits>
#include <utility>

#include "libcore/net/block_products.hpp"
#include "libcore/net/loop_elements.hpp"
#include "libcore/net/turns.hpp"

namespace tn {
namespace {

namespace blas = at::native::cpublas;

// Pixels at a time, and output channels: the products of a block stay about in the first-level cache, its
// weights in the second-level one. oneDNN multiplies 24 and 48 rows in even parts, 32 not.
constexpr std::int64_t kRows = 48, kMostColumns = 256;

constexpr float kMostLeft = 255, kMostRight = 127;  // bytes without and with a sign
constexpr float kLeastLeft = 1e-30F;                // a pixel with nothing larger is zero

// `to` takes weights [depth][out] as right sides of `columns`, one after the other; at(n, k): the weight of
// output channel n for input k.
template <typename T, typename At>
void pack_columns(std::int64_t depth, std::int64_t out, std::int64_t columns, T* to, const At& at) {
  for (std::int64_t column = 0; column < out; column += columns) {
    const std::int64_t width = std::min(columns, out - column);
    for (std::int64_t k = 0; k < depth; ++k)
      for (std::int64_t n = 0; n < width; ++n) to[in_right_side<T>(k, n, width)] = at(column + n, k);
    to += depth * width;
  }
}

}  // namespace

struct Pointwise::Job {
  std::span<const at::Tensor> pieces;
  at::Tensor out;
  const at::Tensor* other = nullptr;
  const at::Tensor* scale = nullptr;
  at::Tensor sums{};  // [blocks of pixels, out] or undefined
  std::int64_t images, pixels;

  std::int64_t blocks() const { return (pixels + kRows - 1) / kRows; }
};

// Pixels of one image, and output channels.
struct Pointwise::Block {
  std::int64_t image, pixel, rows, column, width;
  std::int64_t index;  // of the block of pixels
};

// The inputs in bytes [pixels of all images][depth], and what one is worth in each pixel.
struct Pointwise::Quantised {
  at::Tensor bytes, scales;
};

bool Pointwise::serves(const at::Tensor& weight, std::span<const std::int64_t> pieces, at::ScalarType type) {
  if (!weight.is_cpu() || weight.size(0) % 16 != 0 || weight.size(2) != 1 || weight.size(3) != 1)
    return false;
  if (!has_block_products(type)) return false;
  return type == at::kFloat ||
         std::ranges::all_of(pieces, [](std::int64_t channels) { return channels % 2 == 0; });
}

Pointwise::Pointwise(const at::Tensor& weight, const at::Tensor& bias, std::vector<std::int64_t> pieces,
                     at::ScalarType type, Rectify rectify)
    : pieces_(std::move(pieces)),
      depth_(std::accumulate(pieces_.begin(), pieces_.end(), std::int64_t{0})),
      out_(weight.size(0)),
      columns_(std::min(out_, kMostColumns)),
      type_(type),
      rectify_(rectify),
      bias_(bias.to(at::kFloat).clone()) {  // its own: a parameter changes when the network is folded
  TORCH_CHECK(weight.size(1) == depth_, "pieces of ", depth_, " channels for ", weight.size(1));
  const at::Tensor exact = weight.to(at::kFloat).flatten(1).contiguous();  // [out,in]
  const bool in_sixteens =
      std::ranges::all_of(pieces_, [](std::int64_t channels) { return channels % 16 == 0; });
  if (type == at::kFloat)
    pack<float>(exact);
  else if (in_sixteens && has_block_products(at::kByte))
    pack_bytes(exact);
  else
    pack<at::BFloat16>(exact);
}

template <typename T>
void Pointwise::pack(const at::Tensor& weight) {
  packed_ = at::empty({depth_ * out_}, type_);
  pack_columns(depth_, out_, columns_, packed_.data_ptr<T>(),
               [this, from = weight.const_data_ptr<float>()](std::int64_t n, std::int64_t k) {
                 return static_cast<T>(from[n * depth_ + k]);
               });
}

void Pointwise::pack_bytes(const at::Tensor& weight) {
  scales_ = weight.abs().amax(1).clamp_min(1e-30).div(kMostRight);
  packed_ = at::empty({depth_ * out_}, at::kChar);
  pack_columns(depth_, out_, columns_, packed_.data_ptr<std::int8_t>(),
               [this, from = weight.const_data_ptr<float>(), scales = scales_.const_data_ptr<float>()](
                   std::int64_t n, std::int64_t k) {
                 return static_cast<std::int8_t>(std::lround(from[n * depth_ + k] / scales[n]));
               });
}

// work(block, scratch for its products) on all threads: the pixels of all images for a block of columns, then
// the next.
template <typename Work>
void Pointwise::each_block(const Job& job, const Work& work) const {
  const std::int64_t blocks = job.images * job.blocks();
  in_turns((out_ + columns_ - 1) / columns_ * blocks, [&](Turns& turns) {
    const Scratch<std::int32_t> products(kRows * columns_);  // or as many floats
    while (const auto task = turns.next()) {
      const std::int64_t column = *task / blocks * columns_, index = *task % blocks;
      const std::int64_t image = index / job.blocks();
      const std::int64_t pixel = image * job.pixels + index % job.blocks() * kRows;
      work(Block{.image = image,
                 .pixel = pixel,
                 .rows = std::min(kRows, (image + 1) * job.pixels - pixel),
                 .column = column,
                 .width = std::min(columns_, out_ - column),
                 .index = index},
           products.data());
    }
    blas::brgemm_release();
  });
}

template <typename T>
PointwiseTarget<LoopElement<T>> Pointwise::target(const Job& job, const Block& block) const {
  const std::int64_t at = block.pixel * out_ + block.column;
  return {
      .rows = block.rows,
      .columns = block.width,
      .least = rectify_ == Rectify::yes ? 0.0F : -std::numeric_limits<float>::infinity(),
      .bias = bias_.const_data_ptr<float>() + block.column,
      .other = job.other != nullptr ? elements<T>(*job.other) + at : nullptr,
      .scale = job.scale != nullptr ? job.scale->const_data_ptr<float>() + block.image * out_ + block.column
                                    : nullptr,
      .out = mutable_elements<T>(job.out) + at,
      .stride = out_,
      .sums = job.sums.defined() ? job.sums.data_ptr<float>() + block.index * out_ + block.column : nullptr};
}

template <typename T>
void Pointwise::run(const Job& job) const {
  const PointwiseLoops& loops = pointwise_loops();
  each_block(job, [&](const Block& block, std::int32_t* scratch) {
    auto* const products = reinterpret_cast<float*>(scratch);
    const T* weights = packed_.const_data_ptr<T>() + depth_ * block.column;
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      blas::brgemm(block.rows, block.width, pieces_[i], pieces_[i], block.width, block.width, i > 0,
                   job.pieces[i].const_data_ptr<T>() + block.pixel * pieces_[i], weights, products);
      weights += pieces_[i] * block.width;
    }
    if constexpr (std::is_same_v<T, float>)
      loops.finish(products, target<T>(job, block));
    else
      loops.finish_half(products, target<T>(job, block));
  });
}

Pointwise::Quantised Pointwise::quantise(const Job& job) const {
  const std::int64_t pixels = job.images * job.pixels, blocks = (pixels + kRows - 1) / kRows;
  const Quantised all{at::empty({pixels, depth_}, at::kByte), at::empty({pixels}, at::kFloat)};
  auto* const bytes = all.bytes.data_ptr<std::uint8_t>();
  auto* const scales = all.scales.data_ptr<float>();
  std::vector<const std::uint16_t*> from;
  for (const at::Tensor& piece : job.pieces) from.push_back(elements<at::BFloat16>(piece));
  const PointwiseLoops& loops = pointwise_loops();
  const auto quantise_pixel = [&](std::int64_t pixel) {
    std::uint16_t bits = 0;
    for (std::size_t i = 0; i < from.size(); ++i)
      bits = std::max(bits, loops.largest(from[i] + pixel * pieces_[i], pieces_[i]));
    const float most = at::BFloat16(bits, at::BFloat16::from_bits());
    const float factor = most > kLeastLeft ? kMostLeft / most : 0;  // 0 too where it is not a number
    std::uint8_t* to = bytes + pixel * depth_;
    for (std::size_t i = 0; i < from.size(); ++i) {
      loops.to_bytes(from[i] + pixel * pieces_[i], pieces_[i], factor, to);
      to += pieces_[i];
    }
    scales[pixel] = most / kMostLeft;
  };
  in_turns(blocks, [&](Turns& turns) {
    while (const auto block = turns.next())
      for (std::int64_t pixel = *block * kRows; pixel < std::min(pixels, (*block + 1) * kRows); ++pixel)
        quantise_pixel(pixel);
  });
  return all;
}

void Pointwise::run_bytes(const Job& job) const {
  const Quantised left = quantise(job);
  const PointwiseLoops& loops = pointwise_loops();
  each_block(job, [&](const Block& block, std::int32_t* products) {
    blas::brgemm(block.rows, block.width, depth_, depth_, block.width, block.width, /*add_C=*/false,
                 left.bytes.const_data_ptr<std::uint8_t>() + block.pixel * depth_,
                 packed_.const_data_ptr<std::int8_t>() + depth_ * block.column, products);
    loops.finish_bytes({.values = products,
                        .row_scales = left.scales.const_data_ptr<float>() + block.pixel,
                        .column_scales = scales_.const_data_ptr<float>() + block.column},
                       target<at::BFloat16>(job, block));
  });
}

void Pointwise::run_typed(const Job& job) const {
  if (scales_.defined())
    run_bytes(job);
  else if (type_ == at::kFloat)
    run<float>(job);
  else
    run<at::BFloat16>(job);
}

at::Tensor Pointwise::forward(std::span<const at::Tensor> pieces, at::Tensor* means) const {
  const at::Tensor& first = pieces.front();
  std::vector<at::Tensor> laid;
  for (const at::Tensor& piece : pieces) laid.push_back(laid_out(piece, type_));
  Job job{.pieces = laid,
          .out = at::empty({first.size(0), out_, first.size(2), first.size(3)}, bias_.options().dtype(type_),
                           at::MemoryFormat::ChannelsLast),
          .images = first.size(0),
          .pixels = first.size(2) * first.size(3)};
  if (means != nullptr) job.sums = at::zeros({job.images * job.blocks(), out_}, at::kFloat);
  run_typed(job);
  if (means != nullptr)
    *means = job.sums.view({job.images, job.blocks(), out_}).sum(1).div(static_cast<double>(job.pixels));
  return job.out;
}

at::Tensor Pointwise::forward_adding(const at::Tensor& features, const at::Tensor& other,
                                     const at::Tensor& scale) const {
  const at::Tensor laid = laid_out(features, type_);
  const at::Tensor exact = scale.to(at::kFloat).contiguous();
  const Job job{.pieces = {&laid, 1},
                .out = at::empty_like(other),
                .other = &other,
                .scale = &exact,
                .images = laid.size(0),
                .pixels = laid.size(2) * laid.size(3)};
  run_typed(job);
  return job.out;
}

}  // namespace tn
