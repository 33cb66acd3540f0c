// Compiled with -fopenmp: at::parallel_for is serial without (CMakeLists.txt).
#include "libcore/net/pointwise.hpp"

#include <ATen/Parallel.h>
#include <ATen/native/CPUBlas.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <numeric>
#include <type_traits>
#include <utility>

#include "libcore/net/block_products.hpp"
#include "libcore/net/pointwise_loops.hpp"

namespace tn {
namespace {

namespace blas = at::native::cpublas;

// Pixels at a time: the block of sums stays in the first-level cache. Weights of a block of columns stay in
// the second-level one.
constexpr std::int64_t kRows = 48, kMostColumns = 256;

template <typename T>
using Bits = std::conditional_t<std::is_same_v<T, float>, float, std::uint16_t>;

// The right side of a product is read in groups of kPair rows, element by element.
template <typename T>
constexpr std::int64_t kPair = std::is_same_v<T, float> ? 1 : 2;

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

bool Pointwise::serves(const at::Tensor& weight, std::span<const std::int64_t> pieces, at::ScalarType type) {
  if (!weight.is_cpu() || weight.size(0) % 16 != 0 || weight.size(2) != 1 || weight.size(3) != 1)
    return false;
  if (!has_block_products(type)) return false;
  return type == at::kFloat ||
         std::ranges::all_of(pieces, [](std::int64_t channels) { return channels % 2 == 0; });
}

Pointwise::Pointwise(const at::Tensor& weight, const at::Tensor& bias, std::vector<std::int64_t> pieces,
                     at::ScalarType type)
    : pieces_(std::move(pieces)),
      depth_(std::accumulate(pieces_.begin(), pieces_.end(), std::int64_t{0})),
      out_(weight.size(0)),
      columns_(std::min(out_, kMostColumns)),
      packed_(at::empty({depth_ * out_}, type)),
      bias_(bias.to(at::kFloat).contiguous()) {
  TORCH_CHECK(weight.size(1) == depth_, "pieces of ", depth_, " channels for ", weight.size(1));
  if (type == at::kFloat)
    pack<float>(weight);
  else
    pack<at::BFloat16>(weight);
}

// Block of columns after block of columns, each piece after piece.
template <typename T>
void Pointwise::pack(const at::Tensor& weight) {
  const at::Tensor exact = weight.to(at::kFloat).flatten(1).contiguous();  // [out,in]
  const auto* from = exact.const_data_ptr<float>();
  T* to = packed_.data_ptr<T>();
  for (std::int64_t column = 0; column < out_; column += columns_) {
    const std::int64_t width = std::min(columns_, out_ - column);
    for (std::int64_t k = 0; k < depth_; ++k)
      for (std::int64_t n = 0; n < width; ++n)
        to[k / kPair<T> * kPair<T> * width + n * kPair<T> + k % kPair<T>] =
            static_cast<T>(from[(column + n) * depth_ + k]);
    to += depth_ * width;
  }
}

template <typename T>
void Pointwise::run(const Job& job) const {
  const std::int64_t blocks = job.blocks(), tasks = (out_ + columns_ - 1) / columns_ * job.images * blocks;
  const PointwiseLoops& loops = pointwise_loops();
  const auto* bias = bias_.const_data_ptr<float>();
  at::parallel_for(0, tasks, 1, [&](std::int64_t first, std::int64_t last) {
    std::vector<float> products(static_cast<std::size_t>(kRows * columns_));
    for (std::int64_t task = first; task < last; ++task) {
      const std::int64_t column = task / (job.images * blocks) * columns_,
                         block = task % (job.images * blocks);
      const std::int64_t image = block / blocks, pixel = image * job.pixels + block % blocks * kRows;
      const std::int64_t rows = std::min(kRows, (image + 1) * job.pixels - pixel);
      const std::int64_t width = std::min(columns_, out_ - column);
      const T* weights = packed_.const_data_ptr<T>() + depth_ * column;
      for (std::size_t i = 0; i < pieces_.size(); ++i) {
        blas::brgemm(rows, width, pieces_[i], pieces_[i], width, width, i > 0,
                     job.pieces[i].const_data_ptr<T>() + pixel * pieces_[i], weights, products.data());
        weights += pieces_[i] * width;
      }
      const std::int64_t at = pixel * out_ + column;
      auto* out = reinterpret_cast<Bits<T>*>(job.out.data_ptr<T>()) + at;
      const auto* other = job.other != nullptr
                              ? reinterpret_cast<const Bits<T>*>(job.other->const_data_ptr<T>()) + at
                              : nullptr;
      const auto* scale =
          job.scale != nullptr ? job.scale->const_data_ptr<float>() + image * out_ + column : nullptr;
      auto* sums = job.sums.defined() ? job.sums.data_ptr<float>() + block * out_ + column : nullptr;
      if constexpr (std::is_same_v<T, float>)
        loops.finish(products.data(), rows, width, bias + column, other, scale, out, out_, sums);
      else
        loops.finish_half(products.data(), rows, width, bias + column, other, scale, out, out_, sums);
    }
    blas::brgemm_release();
  });
}

void Pointwise::run_typed(const Job& job) const {
  if (packed_.scalar_type() == at::kFloat)
    run<float>(job);
  else
    run<at::BFloat16>(job);
}

at::Tensor Pointwise::forward(std::span<const at::Tensor> pieces, at::Tensor* means) const {
  const at::Tensor& first = pieces.front();
  std::vector<at::Tensor> laid;
  for (const at::Tensor& piece : pieces)
    laid.push_back(piece.to(packed_.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast));
  Job job{.pieces = laid,
          .out = at::empty({first.size(0), out_, first.size(2), first.size(3)}, packed_.options(),
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
  const at::Tensor laid = features.to(packed_.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast);
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
