// Counter-based random numbers: a value depends on its key alone, never on call order elsewhere or on
// threads.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tn {

// Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011). One block of 4
// words.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

// A stream of numbers keyed by (seed, name, index): the same on every platform.
class Random {
 public:
  Random(std::uint64_t seed, std::string_view name, std::uint64_t index = 0);

  std::uint32_t word();                                 // uniform over 32 bits
  double uniform();                                     // [0,1), 53 bits
  double uniform(double low, double high);              // [low,high)
  std::uint64_t below(std::uint64_t n);                 // [0,n), unbiased; n >= 1
  bool chance(double probability);                      // true with this probability
  double normal();                                      // mean 0, standard deviation 1
  std::vector<std::size_t> permutation(std::size_t n);  // Fisher-Yates

 private:
  std::array<std::uint32_t, 2> key_;
  std::uint64_t stream_;
  std::uint64_t block_ = 0;
  std::array<std::uint32_t, 4> words_{};
  int left_ = 0;
};

}  // namespace tn
