// Compiled with -fopenmp (turns.hpp).
#include "libcore/net/gram.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/native/CPUBlas.h>
#include <ATen/ops/empty.h>
#include <c10/util/Exception.h>

#include <algorithm>

#include "libcore/net/block_products.hpp"
#include "libcore/net/loop_elements.hpp"
#include "libcore/net/turns.hpp"

namespace tn {
namespace {

namespace blas = at::native::cpublas;

// Pixels of a block. Its two sides stay in the second-level cache.
constexpr std::int64_t kPixels = 512, kPairs = kPixels / 2;

// Pairs from one row of the left side to the next: no power of two, since a column of it is written at once.
constexpr std::int64_t kToNextRow = kPairs + 16;

// A block's sides in pairs of pixels: right [pairs][channels], and left, its transpose.
struct Sides {
  explicit Sides(std::int64_t channels) : right(kPairs * channels), left(channels * kToNextRow) {}

  // The rest of an odd number of pixels is zero.
  void take(const std::uint16_t* tokens, std::int64_t pixels, std::int64_t channels) {
    const std::int64_t pairs = (pixels + 1) / 2;
    for (std::int64_t pair = 0; pair < pairs; ++pair) {
      const std::uint16_t* first = tokens + 2 * pair * channels;
      std::uint32_t* to = right.data() + pair * channels;
      if (2 * pair + 1 < pixels)
        for (std::int64_t c = 0; c < channels; ++c)
          to[c] = first[c] | static_cast<std::uint32_t>(first[c + channels]) << 16U;
      else
        std::copy_n(first, channels, to);
    }
    for (std::int64_t c = 0; c < channels; ++c)
      for (std::int64_t pair = 0; pair < pairs; ++pair)
        left.data()[c * kToNextRow + pair] = right.data()[pair * channels + c];
  }

  void multiply(std::int64_t pixels, std::int64_t channels, float* products) {
    const std::int64_t depth = (pixels + 1) / 2 * 2;
    blas::brgemm(channels, channels, depth, 2 * kToNextRow, channels, channels, /*add_C=*/false,
                 reinterpret_cast<const at::BFloat16*>(left.data()),
                 reinterpret_cast<const at::BFloat16*>(right.data()), products, /*is_vnni=*/true);
  }

  Scratch<std::uint32_t> right, left;
};

}  // namespace

bool can_gram(const at::Tensor& tokens) {
  return !at::GradMode::is_enabled() && tokens.is_cpu() && tokens.scalar_type() == at::kBFloat16 &&
         tokens.dim() == 3 && tokens.size(1) > 0 && tokens.size(2) % 16 == 0 && tokens.is_contiguous() &&
         has_block_products(at::kBFloat16);
}

at::Tensor gram(const at::Tensor& tokens) {
  TORCH_CHECK(can_gram(tokens), "products of channels: tokens of ", tokens.sizes());
  const std::int64_t pixels = tokens.size(1), channels = tokens.size(2), square = channels * channels;
  const std::int64_t blocks = (pixels + kPixels - 1) / kPixels;
  const auto options = tokens.options().dtype(at::kFloat);
  const at::Tensor parts = at::empty({tokens.size(0) * blocks, square}, options);
  in_turns(tokens.size(0) * blocks, [&](Turns& turns) {
    Sides sides(channels);
    while (const auto turn = turns.next()) {
      const std::int64_t first = *turn % blocks * kPixels, count = std::min(kPixels, pixels - first);
      sides.take(elements<at::BFloat16>(tokens) + (*turn / blocks * pixels + first) * channels, count,
                 channels);
      sides.multiply(count, channels, parts.data_ptr<float>() + *turn * square);
    }
    blas::brgemm_release();
  });
  at::Tensor all = at::empty({tokens.size(0), channels, channels}, options);
  in_turns(tokens.size(0), [&](Turns& turns) {
    while (const auto image = turns.next()) {
      float* to = all.data_ptr<float>() + *image * square;
      const float* part = parts.const_data_ptr<float>() + *image * blocks * square;
      std::copy_n(part, square, to);
      for (std::int64_t block = 1; block < blocks; ++block) {
        part += square;
        for (std::int64_t i = 0; i < square; ++i) to[i] += part[i];
      }
    }
  });
  return all;
}

}  // namespace tn
