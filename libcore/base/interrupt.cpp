#include "libcore/base/interrupt.hpp"

#include <csignal>
#include <cstdlib>

namespace tn {
namespace {

// A signal handler can reach nothing else.
volatile std::sig_atomic_t pending = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void note_signal(int signal) {
  if (pending != 0) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
  pending = signal;
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
  handle(SIGINT, note_signal);
  handle(SIGTERM, note_signal);
}

InterruptScope::~InterruptScope() {
  handle(SIGINT, SIG_DFL);
  handle(SIGTERM, SIG_DFL);
}

int interrupt_signal() {
  return pending;
}

void raise_again(int signal) {
  std::signal(signal, SIG_DFL);
  std::raise(signal);
  std::abort();
}

}  // namespace tn
