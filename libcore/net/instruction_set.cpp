#include "libcore/net/instruction_set.hpp"

namespace tn {

InstructionSet instruction_set() {
  const bool avx512 = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
                      __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0;
  if (!avx512) return InstructionSet::plain;
  return __builtin_cpu_supports("avx512bf16") != 0 ? InstructionSet::avx512bf16 : InstructionSet::avx512;
}

}  // namespace tn
