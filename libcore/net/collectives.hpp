// What the processes of one training do together: add numbers up. No torch, no MPI: any engine can stand
// behind it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "libcore/base/error.hpp"

namespace tn {

// Why a call across the border of an opened library failed; no failure where the code is ok.
struct CollectiveFailure {
  Exit code = Exit::ok;
  std::string text;
};
void expect_ok(const CollectiveFailure& failure);  // throws Error with that code and text

// Is called from another thread, with the reason, where this one waits for a lost process in a call that
// cannot be broken off. Ends the process.
using Stranded = std::function<void(const std::string& why)>;

// One process among several. Every process starts the same sums in the same order; which thread starts them
// does not matter. A broadcast is a sum to which one process gives numbers and the others zeros.
class Collectives {
 public:
  virtual ~Collectives() = default;
  virtual int rank() const noexcept = 0;          // from 0; process 0 writes
  virtual int size() const noexcept = 0;          // processes
  virtual double timeout_s() const noexcept = 0;  // after which a process that does not answer is lost

  // Starts to replace each value by its sum over all processes and returns at once. The memory belongs to the
  // sum until wait() has returned. The sum is the same, bit for bit, in all processes.
  virtual std::uint64_t start_sum(std::span<float> values) noexcept = 0;
  virtual std::uint64_t start_sum(std::span<double> values) noexcept = 0;
  // For what start_sum() returned, once each. try_again where a process does not answer in time or is gone;
  // from then on every sum fails.
  virtual CollectiveFailure wait(std::uint64_t sum) noexcept = 0;
};

// Of the numbers of a training that goes over several processes; each call is one for all of them.
// `processes` may be nullptr: this process is alone.
inline int rank_of(const Collectives* processes) {
  return processes == nullptr ? 0 : processes->rank();
}
inline int size_of(const Collectives* processes) {
  return processes == nullptr ? 1 : processes->size();
}
// Replaces values by their sums; alone: nothing. Throws Error(try_again) for a lost process.
void add_up(Collectives* processes, std::span<double> values);
// Whether every process says yes.
bool all_say(Collectives* processes, bool yes);
// What process 0 has.
double of_first(Collectives* processes, double value);

// Waits, and throws what failed.
void finish(Collectives& processes, std::uint64_t sum);

}  // namespace tn
