// Work in a process of its own, so that what goes wrong there harms nothing here.
#pragma once

#include <functional>

namespace tn {

enum class ChildEnd { done, failed, out_of_time };

// Forks and runs `work`, which can leave results in shared memory alone and must not throw. failed: it
// crashed. out_of_time: it had used up its seconds of processor time. The child says nothing on stderr and
// leaves no core file. Throws Error(try_again) where no process can be had.
ChildEnd run_in_child(const std::function<void()>& work, unsigned most_seconds);

}  // namespace tn
