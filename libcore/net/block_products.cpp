#include "libcore/net/block_products.hpp"

#include <ATen/native/CPUBlas.h>
#include <c10/util/BFloat16.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <type_traits>

#include "libcore/net/attention_loops.hpp"

namespace tn {
namespace {

namespace blas = at::native::cpublas;

// Ones by ones: each sum is the depth.
template <typename Left, typename Right, typename Sum>
bool multiplies() {
  constexpr std::int64_t kSide = 32;
  std::array<Left, kSide * kSide> left{};
  std::array<Right, kSide * kSide> right{};
  left.fill(static_cast<Left>(1.0F));
  right.fill(static_cast<Right>(1.0F));
  std::array<Sum, kSide * kSide> sums{};
  try {
    blas::brgemm(kSide, kSide, kSide, kSide, kSide, kSide, /*add_C=*/false, left.data(), right.data(),
                 sums.data(), /*is_vnni=*/!std::is_same_v<Left, float>);
    blas::brgemm_release();
  } catch (const c10::Error&) {
    return false;
  }
  return std::ranges::all_of(sums, [](Sum sum) { return sum == static_cast<Sum>(kSide); });
}

bool multiplies_bytes() {
  // Without VNNI pairs of products are added in 16 bits, which overflow.
  return __builtin_cpu_supports("avx512vnni") != 0 && multiplies<std::uint8_t, std::int8_t, std::int32_t>();
}

}  // namespace

bool has_block_products(at::ScalarType type) {
  if (&attention_loops() == &kPlainLoops) return false;  // what goes around them asks for AVX-512
  static const bool single = multiplies<float, float, float>();
  static const bool half = multiplies<at::BFloat16, at::BFloat16, float>();
  static const bool bytes = multiplies_bytes();
  return (type == at::kFloat && single) || (type == at::kBFloat16 && half) || (type == at::kByte && bytes);
}

}  // namespace tn
