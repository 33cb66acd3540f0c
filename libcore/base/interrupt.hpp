// SIGINT and SIGTERM as a question that long work asks between steps.
#pragma once

#include <string_view>

namespace tn {

// While in scope the first SIGINT or SIGTERM is only noted; a second one ends the process at once.
class InterruptScope {
 public:
  InterruptScope();
  ~InterruptScope();
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;
};

int interrupt_signal();  // 0, or the number of the signal that came

// A file handle that becomes readable when a signal comes, for those who wait in poll(); -1 outside a scope.
int interrupt_handle();

// While in scope SIGUSR1 is a wish to save. Beside an InterruptScope.
class SaveSignalScope {
 public:
  SaveSignalScope();
  ~SaveSignalScope();
  SaveSignalScope(const SaveSignalScope&) = delete;
  SaveSignalScope& operator=(const SaveSignalScope&) = delete;
};

bool take_save_signal();  // whether one came since the last call

// Throws Error(interrupted | terminated) with this text if a signal came.
void stop_if_interrupted(std::string_view text = "interrupted");

// Ends the process by the signal's default action, so that the shell sees 130 or 143.
[[noreturn]] void raise_again(int signal);

}  // namespace tn
