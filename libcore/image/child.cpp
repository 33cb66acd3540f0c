#include "libcore/image/child.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "libcore/base/error.hpp"

namespace tn {
namespace {

// A limit that is lower already stays.
void limit_time(rlim_t seconds) {
  rlimit limit{};
  ::getrlimit(RLIMIT_CPU, &limit);
  limit.rlim_cur = std::min(limit.rlim_cur, seconds);
  limit.rlim_max = std::min(limit.rlim_max, seconds + 1);
  ::setrlimit(RLIMIT_CPU, &limit);
}

[[noreturn]] void run(const std::function<void()>& work, unsigned most_seconds) noexcept {
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  limit_time(most_seconds);
  for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGXCPU}) std::signal(signal, SIG_DFL);
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere >= 0) ::dup2(nowhere, STDERR_FILENO);
  work();
  ::_exit(0);
}

}  // namespace

ChildEnd run_in_child(const std::function<void()>& work, unsigned most_seconds) {
  const pid_t child = ::fork();
  if (child < 0) throw Error(Exit::try_again, "no process to work in: {}", std::strerror(errno));
  if (child == 0) run(work, most_seconds);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) throw Error(Exit::internal, "waitpid: {}", std::strerror(errno));
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) return ChildEnd::out_of_time;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? ChildEnd::done : ChildEnd::failed;
}

}  // namespace tn
