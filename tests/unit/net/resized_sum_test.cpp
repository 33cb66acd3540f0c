// A sum of resized feature maps equals LibTorch's resizes, summed.
#include "libcore/net/resized_sum.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "libcore/net/instruction_set.hpp"
#include "libcore/net/resized_sum_loops.hpp"
#include "libcore/net/runtime.hpp"
#include "tests/unit/net/tensors.hpp"

namespace tn {
namespace {

using test::channels_last;
using test::formula;
using test::largest_difference;

struct ResizedSumCase {
  at::ScalarType type;
  double tolerance;
};

class ResizedSumIn : public testing::TestWithParam<ResizedSumCase> {
 protected:
  static at::Tensor features(int number, at::IntArrayRef sizes) {
    return channels_last(formula(number, sizes).to(GetParam().type));
  }
};

at::Tensor by_libtorch(const at::Tensor& sum, const std::vector<at::Tensor>& levels) {
  at::Tensor all = sum.to(at::kDouble);
  for (const at::Tensor& level : levels)
    all = all +
          at::upsample_bilinear2d(level.to(at::kDouble), {sum.size(2), sum.size(3)}, /*align_corners=*/true);
  return all;
}

// Levels smaller and larger than the sum, equal, and of one pixel; sums of one pixel, row and column.
TEST_P(ResizedSumIn, EqualsResizesAndSums) {
  const std::vector<std::array<std::int64_t, 2>> sizes{{1, 1}, {1, 7}, {9, 1}, {25, 23}, {64, 64}};
  for (const auto& [height, width] : sizes) {
    SCOPED_TRACE(testing::Message() << height << " x " << width);
    const std::vector<at::Tensor> levels{features(1, {2, 32, 12, 11}), features(2, {2, 32, 1, 1}),
                                         features(3, {2, 32, 70, 80}), features(4, {2, 32, height, width})};
    const at::Tensor before = features(5, {2, 32, height, width});
    const at::Tensor expected = by_libtorch(before, levels);
    at::Tensor sum = before.clone();
    add_resized(sum, levels);
    EXPECT_LT(largest_difference(sum.to(at::kDouble), expected), GetParam().tolerance);
    sum = before.clone();
    add_resized(sum, {});
    EXPECT_TRUE(at::equal(sum, before));
  }
}

TEST_P(ResizedSumIn, AnImagesSumDependsOnNothingElse) {
  const at::Tensor before = features(1, {3, 16, 30, 20});
  const std::vector<at::Tensor> levels{features(2, {3, 16, 15, 10})};
  at::Tensor together = before.clone();
  add_resized(together, levels);
  for (const int threads : {1, 2, 4}) {
    at::set_num_threads(threads);
    at::Tensor last = channels_last(before.narrow(0, 2, 1)).clone();
    add_resized(last, {channels_last(levels.front().narrow(0, 2, 1))});
    EXPECT_TRUE(at::equal(last, together.narrow(0, 2, 1)));
  }
  set_threads(0);
}

// A network that overflows is told of, not answered for.
TEST_P(ResizedSumIn, WhatIsNotANumberStaysSo) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    at::Tensor sum = features(1, {1, 16, 9, 9});
    const at::Tensor level = features(2, {1, 16, 3, 3});
    sum[0][3][0][0] = bad;
    level[0][5][2][2] = bad;
    add_resized(sum, {level});
    EXPECT_FALSE(sum[0][3][0][0].isfinite().item<bool>());
    EXPECT_FALSE(sum[0][5][8][8].isfinite().item<bool>());
    EXPECT_TRUE(sum[0][4].isfinite().all().item<bool>());
  }
}

TEST_P(ResizedSumIn, RefusesOtherFeatures) {
  at::Tensor sum = features(1, {2, 16, 6, 5});
  const at::Tensor before = sum.clone();
  for (const at::Tensor& level :
       {features(2, {2, 32, 3, 3}), features(2, {1, 16, 3, 3}), features(2, {2, 16, 3, 3}).contiguous(),
        features(2, {2, 16, 3, 3}).to(at::kDouble), features(2, {2, 16, 0, 3})})
    EXPECT_THROW(add_resized(sum, {level}), c10::Error) << level.sizes();
  EXPECT_TRUE(at::equal(sum, before));
  at::Tensor odd = features(1, {2, 24, 6, 5}), wide = sum.to(at::kDouble);
  EXPECT_THROW(add_resized(odd, {}), c10::Error);
  EXPECT_THROW(add_resized(wide, {}), c10::Error);
}

INSTANTIATE_TEST_SUITE_P(Types, ResizedSumIn,
                         testing::Values(ResizedSumCase{at::kFloat, 1e-6},
                                         ResizedSumCase{at::kBFloat16, 1.0 / 128}),
                         [](const auto& of) { return of.param.type == at::kFloat ? "float32" : "bfloat16"; });

// Two columns seen from three, by hand, in every instruction set that this machine has: the lower row has a
// quarter.
TEST(ResizedSumLoopsOf, EveryInstructionSetInterpolate) {
  const at::Tensor above = at::full({2, 16}, 4.0F), below = at::full({2, 16}, 8.0F);
  above[1].fill_(0.0F);
  below[1].fill_(2.0F);
  const std::array<BetweenPixels, 3> columns{{{.first = 0, .second = 1, .share = 0},
                                              {.first = 0, .second = 1, .share = 0.5F},
                                              {.first = 1, .second = 1, .share = 0}}};
  const std::array<float, 3> expected{105, 102.75F, 100.5F};
  std::array<float, 32> blended{};
  for (const ResizedSumLoops* loops : runnable(kPlainResizedSum, kAvx512ResizedSum, kAvx512Bf16ResizedSum)) {
    SCOPED_TRACE(loops->name);
    at::Tensor row = at::full({3, 16}, 100.0F);
    const ResizedLevel<float> level{above.data_ptr<float>(), below.data_ptr<float>(), 0.25F, 2,
                                    columns.data(),          blended.data()};
    loops->add_to_row(&level, 1, 3, 16, row.data_ptr<float>());
    at::Tensor half_row = at::full({3, 16}, 100.0F, at::kBFloat16);
    const at::Tensor half_above = above.to(at::kBFloat16), half_below = below.to(at::kBFloat16);
    const auto bits = [](const at::Tensor& tensor) {
      return reinterpret_cast<std::uint16_t*>(tensor.data_ptr<at::BFloat16>());
    };
    const ResizedLevel<std::uint16_t> half{bits(half_above), bits(half_below), 0.25F, 2,
                                           columns.data(),   blended.data()};
    loops->add_to_row_half(&half, 1, 3, 16, bits(half_row));
    for (std::int64_t x = 0; x < 3; ++x) {
      const at::Tensor answer = at::full({16}, expected.at(static_cast<std::size_t>(x)));
      EXPECT_TRUE(at::equal(row[x], answer)) << x;
      EXPECT_TRUE(at::equal(half_row[x], answer.to(at::kBFloat16))) << x;
    }
  }
}

}  // namespace
}  // namespace tn
