// Work on every record that is not an error record, in parallel; what it throws makes one.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "libcore/data/record.hpp"

namespace tn {

// Called once a record, by one thread at a time.
using Tick = std::function<void()>;

// Runs work(i) for i from 0 below `count`, in any order, on `jobs` threads. A signal ends it with
// Error(interrupted | terminated).
void for_each_ticking(std::size_t count, int jobs, const Tick& tick,
                      const std::function<void(std::size_t)>& work);

// Runs work(i) on each record that is not an error record; a thrown Error makes it one. Returns the failures
// in order of the records. A signal ends it as it ends for_each_ticking.
std::vector<std::string> for_each_good(std::vector<Record>& records, int jobs, const Tick& tick,
                                       const std::function<void(std::size_t)>& work);

}  // namespace tn
