#include "libcore/net/block_products.hpp"

#include <ATen/native/CPUBlas.h>
#include <c10/util/BFloat16.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <array>
#include <type_traits>

#include "libcore/net/attention_loops.hpp"

namespace tn {
namespace {

namespace blas = at::native::cpublas;

// Ones by ones: each sum is the depth.
template <typename T>
bool multiplies() {
  constexpr std::int64_t kSide = 32;
  std::array<T, kSide * kSide> ones{};
  ones.fill(static_cast<T>(1.0F));
  std::array<float, kSide * kSide> sums{};
  try {
    blas::brgemm(kSide, kSide, kSide, kSide, kSide, kSide, /*add_C=*/false, ones.data(), ones.data(),
                 sums.data(),
                 /*is_vnni=*/!std::is_same_v<T, float>);
    blas::brgemm_release();
  } catch (const c10::Error&) {
    return false;
  }
  return std::ranges::all_of(sums, [](float sum) { return sum == static_cast<float>(kSide); });
}

}  // namespace

bool has_block_products(at::ScalarType type) {
  if (&attention_loops() == &kPlainLoops) return false;  // what goes around them asks for AVX-512
  static const bool single = multiplies<float>();
  static const bool half = multiplies<at::BFloat16>();
  return (type == at::kFloat && single) || (type == at::kBFloat16 && half);
}

}  // namespace tn
