// The instruction sets that vector loops are compiled for, a file for each, and the choice between them at
// run time.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace tn {

enum class InstructionSet : std::size_t {
  plain,      // any processor
  avx512,     // AVX-512 F, BW, DQ, VL
  avx512bf16  // the same and BF16
};

// The largest that this processor has.
InstructionSet instruction_set();

// Of one table of loops for each set the one of this processor's largest.
template <typename Loops>
const Loops& fastest(const Loops& plain, const Loops& avx512, const Loops& avx512bf16) {
  return *std::array{&plain, &avx512, &avx512bf16}[static_cast<std::size_t>(instruction_set())];
}

// All that this processor runs, for tests.
template <typename Loops>
std::vector<const Loops*> runnable(const Loops& plain, const Loops& avx512, const Loops& avx512bf16) {
  std::vector all{&plain, &avx512, &avx512bf16};
  all.resize(static_cast<std::size_t>(instruction_set()) + 1);
  return all;
}

}  // namespace tn
