// Words for people, on stderr: one prefixed line a message.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

namespace tn {

enum class Verbosity { quiet, normal, verbose };

// Tells that a line which is redrawn (a progress line) stands on stderr: the next message takes it away
// first.
void mark_redrawn_line(bool stands);

// Lines "tn-split: text" on stderr. Errors and warnings always appear, notes unless quiet, details with
// verbose. Names of files may be in the text: control characters and bytes that are no UTF-8 appear as \xNN,
// so that a message is one line and moves no cursor. Calls from several threads do not mix their lines.
class Log {
 public:
  Log(std::string program, Verbosity verbosity, bool colour);

  void error(std::string_view text) const;    // "tn-split: error: text"
  void warning(std::string_view text) const;  // "tn-split: warning: text"
  void note(std::string_view text) const;
  void detail(std::string_view text) const;

  const std::string& program() const { return program_; }
  Verbosity verbosity() const { return verbosity_; }

 private:
  void line(std::string_view tag, std::string_view colour, std::string_view text) const;

  std::string program_;
  Verbosity verbosity_;
  bool colour_;
  mutable std::mutex mutex_;
};

}  // namespace tn
