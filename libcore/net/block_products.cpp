#include "libcore/net/block_products.hpp"

#include <ATen/native/CPUBlas.h>
#include <c10/util/BFloat16.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "libcore/net/instruction_set.hpp"

namespace tn {
namespace {

namespace blas = at::native::cpublas;

// Multiplies with a left side of so many equal columns and a right side whose rows differ: false where rows
// are taken for others, sums overflow or there are no products.
template <typename Left, typename Right, typename Sum>
bool multiplies(Left left_value, Right right_value) {
  constexpr std::int64_t kSide = 32;
  std::array<Left, kSide * kSide> left{};
  std::array<Right, kSide * kSide> right{};
  std::array<Sum, kSide * kSide> sums{};
  for (std::int64_t k = 0; k < kSide; ++k)
    for (std::int64_t n = 0; n < kSide; ++n) {
      left[static_cast<std::size_t>(n * kSide + k)] = k < kSide / 2 + 1 ? left_value : Left(0);
      right[static_cast<std::size_t>(in_right_side<Right>(k, n, kSide))] =
          k % 3 != 0 ? right_value : Right(0);
    }
  try {
    blas::brgemm(kSide, kSide, kSide, kSide, kSide, kSide, /*add_C=*/false, left.data(), right.data(),
                 sums.data(), kRightGroup<Right> > 1);
    blas::brgemm_release();
  } catch (const c10::Error&) {
    return false;
  }
  constexpr int kTimes = 11;  // of the rows 0 to 16 those that three does not divide
  const Sum expected = static_cast<Sum>(left_value) * static_cast<Sum>(right_value) * Sum(kTimes);
  return std::ranges::all_of(sums, [expected](Sum sum) { return sum == expected; });
}

bool multiplies_bytes() {
  // Without VNNI pairs of products are added in 16 bits, which overflow, or slowly.
  return __builtin_cpu_supports("avx512vnni") != 0 &&
         multiplies<std::uint8_t, std::int8_t, std::int32_t>(255, 127);
}

}  // namespace

bool has_block_products(at::ScalarType type) {
  if (instruction_set() == InstructionSet::plain) return false;  // what goes around them asks for AVX-512
  if (type == at::kFloat) {
    static const bool works = multiplies<float, float, float>(1, 2);
    return works;
  }
  if (type == at::kBFloat16) {
    static const bool works =
        multiplies<at::BFloat16, at::BFloat16, float>(at::BFloat16(1.0F), at::BFloat16(2.0F));
    return works;
  }
  static const bool bytes = multiplies_bytes();
  return type == at::kByte && bytes;
}

}  // namespace tn
