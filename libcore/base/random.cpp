#include "libcore/base/random.hpp"

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

#include "libcore/base/hash.hpp"

namespace tn {

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<std::uint32_t>(p1 >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(p1),
               static_cast<std::uint32_t>(p0 >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(p0)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

Random::Random(std::uint64_t seed, std::string_view name, std::uint64_t index)
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
      stream_(hash64(name, index)) {}

std::uint32_t Random::word() {
  if (left_ == 0) {
    words_ = philox({static_cast<std::uint32_t>(block_), static_cast<std::uint32_t>(block_ >> 32),
                     static_cast<std::uint32_t>(stream_), static_cast<std::uint32_t>(stream_ >> 32)},
                    key_);
    ++block_;
    left_ = 4;
  }
  return words_[static_cast<std::size_t>(4 - left_--)];
}

double Random::uniform() {
  const std::uint64_t high = word() >> 5;
  const std::uint64_t low = word() >> 6;
  return static_cast<double>((high << 26) | low) * 0x1.0p-53;
}

double Random::uniform(double low, double high) {
  return low + (high - low) * uniform();
}

std::uint64_t Random::below(std::uint64_t n) {
  const std::uint64_t limit = (0 - n) % n;  // 2^64 mod n: values below it would be favoured
  for (;;) {
    const std::uint64_t high = word();  // in statements of their own: the order of operands is not fixed
    const std::uint64_t low = word();
    const std::uint64_t value = high << 32 | low;
    if (value >= limit) return value % n;
  }
}

bool Random::chance(double probability) {
  return uniform() < probability;
}

double Random::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

std::vector<std::size_t> Random::permutation(std::size_t n) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = n; i > 1; --i) std::swap(order[i - 1], order[below(i)]);
  return order;
}

}  // namespace tn
