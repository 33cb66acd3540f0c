// bench_attention [ROUNDS]: tiled attention beside LibTorch's own, in turns; medians and their ratio.
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <vector>

#include "libcore/net/runtime.hpp"
#include "libcore/net/tiled_attention.hpp"

namespace {

double seconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// As the network used it before: one head, queries and keys padded to the values' width.
at::Tensor of_libtorch(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value) {
  const auto wide = [&](const at::Tensor& t) {
    return at::constant_pad_nd(t, {0, value.size(2) - t.size(2)}).unsqueeze(1);
  };
  return at::scaled_dot_product_attention(wide(query), wide(key), value.unsqueeze(1), {}, 0.0, false, 1.0)
      .squeeze(1);
}

void compare(std::int64_t images, std::int64_t side, at::ScalarType type, bool backward, int rounds) {
  const auto tokens = [&](std::int64_t width) {
    return at::randn({images, side * side, width}).to(type).requires_grad_(backward);
  };
  const at::Tensor query = tokens(12), key = tokens(12), value = tokens(96);
  const at::Tensor slope = tokens(96).detach();
  const auto once = [&](const auto& attention) {
    return seconds([&] {
      const at::Tensor out = attention(query, key, value);
      if (backward) out.backward(slope);
    });
  };
  std::vector<double> ours, theirs;
  for (int round = 0; round <= rounds; ++round) {
    const double a = once(tn::tiled_attention), b = once(of_libtorch);
    if (round == 0) continue;  // both warm up
    ours.push_back(a);
    theirs.push_back(b);
  }
  fmt::print("{:>3} x {:>5} tokens  {:<8}  {:<19} {:>8.4f} s {:>8.4f} s   {:.2f}\n", images, side * side,
             type == at::kFloat ? "float32" : "bfloat16", backward ? "forward and backward" : "forward",
             median(ours), median(theirs), median(ours) / median(theirs));
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
  tn::set_threads(0);
  fmt::print("{:<44} {:>10} {:>10}   ratio\n",
             fmt::format("{} threads, {} rounds", at::get_num_threads(), rounds), "tiled", "LibTorch");
  for (const at::ScalarType type : {at::kBFloat16, at::kFloat}) {
    compare(4, 64, type, false, rounds);
    compare(1, 128, type, false, rounds);
    compare(4, 64, type, true, rounds);
  }
}
