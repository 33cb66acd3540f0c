// Compiled with -fopenmp (turns.hpp).
#include "libcore/net/resized_sum.hpp"

#include <c10/util/Exception.h>

#include <algorithm>
#include <type_traits>

#include "libcore/net/loop_elements.hpp"
#include "libcore/net/resized_sum_loops.hpp"
#include "libcore/net/turns.hpp"

namespace tn {
namespace {

// Where `from` pixels along an axis are seen from pixel `at` of `to`, their first and last pixels on each
// other.
BetweenPixels between_pixels(std::int64_t at, std::int64_t to, std::int64_t from) {
  const double place =
      to > 1 ? static_cast<double>(at) * static_cast<double>(from - 1) / static_cast<double>(to - 1) : 0;
  const auto first = static_cast<std::int64_t>(place);
  return {.first = first,
          .second = std::min(first + 1, from - 1),
          .share = static_cast<float>(place - static_cast<double>(first))};
}

bool fits(const at::Tensor& level, const at::Tensor& sum) {
  return level.is_cpu() && level.dim() == 4 && level.scalar_type() == sum.scalar_type() &&
         level.size(0) == sum.size(0) && level.size(1) == sum.size(1) && level.size(2) > 0 &&
         level.size(3) > 0 && level.is_contiguous(at::MemoryFormat::ChannelsLast);
}

// A level's places on the columns of the sum.
std::vector<BetweenPixels> columns_of(const at::Tensor& level, const at::Tensor& sum) {
  std::vector<BetweenPixels> columns;
  for (std::int64_t x = 0; x < sum.size(3); ++x)
    columns.push_back(between_pixels(x, sum.size(3), level.size(3)));
  return columns;
}

template <typename T>
ResizedLevel<LoopElement<T>> level_at(const at::Tensor& level, const std::vector<BetweenPixels>& columns,
                                      std::int64_t image, const BetweenPixels& row, float* blended) {
  const auto* pixels = elements<T>(level) + image * level.stride(0);
  return {.above = pixels + row.first * level.stride(2),
          .below = pixels + row.second * level.stride(2),
          .share = row.share,
          .width = level.size(3),
          .columns = columns.data(),
          .blended = blended};
}

template <typename T>
void add_all(at::Tensor& sum, const std::vector<at::Tensor>& levels) {
  const std::int64_t channels = sum.size(1), height = sum.size(2), width = sum.size(3);
  std::vector<std::vector<BetweenPixels>> columns;
  std::int64_t blended_pixels = 0;
  for (const at::Tensor& level : levels) {
    columns.push_back(columns_of(level, sum));
    blended_pixels += level.size(3);
  }
  auto* const to = mutable_elements<T>(sum);
  in_turns(sum.size(0) * height, [&](Turns& turns) {
    const Scratch<float> scratch(blended_pixels * channels);
    std::vector<ResizedLevel<LoopElement<T>>> seen;
    while (const auto row = turns.next()) {
      seen.clear();
      float* blended = scratch.data();
      for (std::size_t i = 0; i < levels.size(); ++i) {
        const BetweenPixels rows = between_pixels(*row % height, height, levels[i].size(2));
        seen.push_back(level_at<T>(levels[i], columns[i], *row / height, rows, blended));
        blended += levels[i].size(3) * channels;
      }
      const auto count = static_cast<std::int64_t>(seen.size());
      if constexpr (std::is_same_v<T, float>)
        resized_sum_loops().add_to_row(seen.data(), count, width, channels, to + *row * width * channels);
      else
        resized_sum_loops().add_to_row_half(seen.data(), count, width, channels,
                                            to + *row * width * channels);
    }
  });
}

}  // namespace

void add_resized(at::Tensor& sum, const std::vector<at::Tensor>& levels) {
  TORCH_CHECK(fits(sum, sum) && sum.size(1) % 16 == 0, "a sum of resized features of ", sum.sizes());
  for (const at::Tensor& level : levels)
    TORCH_CHECK(fits(level, sum), "features of ", level.sizes(), " resized to ", sum.sizes());
  if (sum.scalar_type() == at::kFloat)
    add_all<float>(sum, levels);
  else if (sum.scalar_type() == at::kBFloat16)
    add_all<at::BFloat16>(sum, levels);
  else
    TORCH_CHECK(false, "a sum of resized features in ", sum.scalar_type());
}

}  // namespace tn
