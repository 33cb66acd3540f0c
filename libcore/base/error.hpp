// The one error type and the exit codes it carries (tn(7), EXIT STATUS).
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace tn {

enum class Exit : int {
  ok = 0,
  partial = 1,         // the answer is no, or some records failed; every other output is complete
  usage = 2,           // the command line or configuration is wrong
  undecided = 3,       // the gate could not compare or decide
  bad_data = 65,       // an input was read and makes no sense
  no_input = 66,       // an input is missing or cannot be opened
  internal = 70,       // a bug in this program; training stopped on a non-finite loss
  cannot_create = 73,  // an output cannot be created, or exists and --force was not given
  io = 74,             // reading or writing failed, disk full included
  try_again = 75,      // out of memory after retries; interrupted with a resumable checkpoint
  interrupted = 130,   // SIGINT
  terminated = 143,    // SIGTERM
};

// What went wrong, in one line that names the file, the place and the reason.
class Error : public std::runtime_error {
 public:
  template <typename... Args>
  Error(Exit exit_code, fmt::format_string<Args...> text, Args&&... args)
      : Error(ReadyText(), exit_code, fmt::format(text, std::forward<Args>(args)...)) {}

  Exit exit_code() const { return exit_code_; }

  // A short word for the "code" of an error record: "usage", "data", "input", "output", "io", "internal".
  const char* kind() const;

  // From a ready text, which is not a format string.
  static Error of(Exit exit_code, const std::string& text) { return Error(ReadyText(), exit_code, text); }

 private:
  struct ReadyText {};
  Error(ReadyText, Exit exit_code, const std::string& text)
      : std::runtime_error(text), exit_code_(exit_code) {}

  Exit exit_code_;
};

}  // namespace tn
