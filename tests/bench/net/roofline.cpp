// bench_roofline ARCH SIDE: what a network has to compute for one image with direct convolutions, and how
// fast this machine multiplies matrices, as one JSON object. Peaks are in GFLOP/s on all cores: the best that
// oneDNN's matrix products reach on blocks that stay in the cache and on large matrices.
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/native/CPUBlas.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/ones.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>

#include "libcore/base/error.hpp"
#include "libcore/net/multiply_adds.hpp"
#include "libcore/net/registry.hpp"
#include "libcore/net/runtime.hpp"

namespace {

constexpr int kRounds = 20;

// The best of the rounds, of work that is so many floating-point operations.
double gflops(double operations, const std::function<void()>& work) {
  double best = 0;
  for (int round = 0; round < kRounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    best = std::max(best, operations / seconds.count() / 1e9);
  }
  return best;
}

double of_large_matrices(at::ScalarType type) {
  constexpr std::int64_t kSide = 1536;
  const at::Tensor left = at::ones({kSide, kSide}, type), right = at::ones({kSide, kSide}, type);
  return gflops(2.0 * kSide * kSide * kSide, [&] { at::mm(left, right); });
}

// Every thread multiplies blocks of its own.
template <typename T>
double of_small_blocks(at::ScalarType type) {
  constexpr std::int64_t kRows = 128, kColumns = 96, kDepth = 256, kTimes = 1000;
  const std::int64_t threads = at::get_num_threads();
  const at::Tensor left = at::ones({threads, kRows, kDepth}, type);
  const at::Tensor right = at::ones({threads, kDepth, kColumns}, type);
  const at::Tensor out = at::empty({threads, kRows, kColumns}, at::kFloat);
  const auto multiply = [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t thread = first; thread < last; ++thread)
      for (std::int64_t i = 0; i < kTimes; ++i)
        at::native::cpublas::brgemm(kRows, kColumns, kDepth, kDepth, kColumns, kColumns, false,
                                    left[thread].data_ptr<T>(), right[thread].data_ptr<T>(),
                                    out[thread].data_ptr<float>(), type != at::kFloat);
    at::native::cpublas::brgemm_release();
  };
  const double operations = 2.0 * kRows * kColumns * kDepth * kTimes * static_cast<double>(threads);
  return gflops(operations, [&] { at::parallel_for(0, threads, 1, multiply); });
}

template <typename T>
double peak(at::ScalarType type) {
  return std::max(of_large_matrices(type), of_small_blocks<T>(type));
}

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t side = argc == 3 ? std::atoll(argv[2]) : 0;
  if (side < 1) return 2;
  try {
    const auto network = tn::make_network(tn::whole_network(argv[1]));
    const tn::Work work = tn::count_work(*network, 1, side);
    const at::NoGradGuard no_grad;
    tn::set_threads(0);
    fmt::print(R"({{"attention":{},"others":{},"exponentials":{},"float32":{:.0f},"bfloat16":{:.0f}}})"
               "\n",
               work.attention, work.others, work.exponentials, peak<float>(at::kFloat),
               peak<at::BFloat16>(at::kBFloat16));
    return 0;
  } catch (const tn::Error& error) {
    fmt::print(stderr, "bench_roofline: {}\n", error.what());
    return 2;
  }
}
