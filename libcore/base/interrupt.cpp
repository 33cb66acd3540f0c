#include "libcore/base/interrupt.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>

#include "libcore/base/error.hpp"

namespace tn {
namespace {

// A signal handler can reach nothing else.
volatile std::sig_atomic_t pending = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
volatile std::sig_atomic_t wake = -1;    // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

volatile std::sig_atomic_t save = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void note_save(int) {
  save = 1;
}

void note_signal(int signal) {
  if (pending != 0) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
  pending = signal;
  const int code = errno;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake, &one, sizeof one);
  errno = code;
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(signal, &action, nullptr);
}

}  // namespace

InterruptScope::InterruptScope() {
  pending = 0;
  if (wake >= 0) ::close(wake);
  wake = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  handle(SIGINT, note_signal);
  handle(SIGTERM, note_signal);
}

InterruptScope::~InterruptScope() {
  handle(SIGINT, SIG_DFL);
  handle(SIGTERM, SIG_DFL);
  if (wake >= 0) ::close(wake);
  wake = -1;
}

SaveSignalScope::SaveSignalScope() {
  save = 0;
  handle(SIGUSR1, note_save);
}

SaveSignalScope::~SaveSignalScope() {
  handle(SIGUSR1, SIG_DFL);
}

bool take_save_signal() {
  const bool wanted = save != 0;
  save = 0;
  return wanted;
}

int interrupt_signal() {
  return pending;
}

int interrupt_handle() {
  return wake;
}

void stop_if_interrupted(std::string_view text) {
  if (pending != 0) throw Error(pending == SIGINT ? Exit::interrupted : Exit::terminated, "{}", text);
}

void raise_again(int signal) {
  std::signal(signal, SIG_DFL);
  std::raise(signal);
  std::abort();
}

}  // namespace tn
