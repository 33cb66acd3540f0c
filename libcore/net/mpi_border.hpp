// What libtn_mpi.so exports. It is opened when a launcher of MPI started the program, so that nothing else
// needs MPI.
#pragma once

#include <memory>

#include "libcore/net/collectives.hpp"

namespace tn {

// Both sides are built from the same sources: kMpiBorder tells an old library from a new program.
constexpr int kMpiBorder = 3;

// Destroyed, it leaves in good order, which waits for the others: only where all come to the same end. Not
// so while an exception passes.
class JoinedProcesses : public Collectives {
 public:
  // After an error, which is told by then: ends the others, which may wait for this process, and this one
  // with this exit code.
  [[noreturn]] virtual void end_all(int code) noexcept = 0;
};

class MpiBorder {
 public:
  virtual ~MpiBorder() = default;
  virtual int version() const noexcept = 0;
  // Joins the other processes; once a process. A sum that is not there after `timeout_s` seconds has failed.
  virtual CollectiveFailure join(double timeout_s,
                                 std::unique_ptr<JoinedProcesses>& processes) const noexcept = 0;
};

// How many processes mpirun or srun started, of which this is one; 1: none of them did.
int launched_processes();

// Opens the library and joins. Throws Error: usage if this build has no MPI or MPI finds not so many
// processes as were launched, internal if it cannot be opened or started.
std::unique_ptr<JoinedProcesses> join_processes(double timeout_s);

}  // namespace tn

extern "C" const tn::MpiBorder* tn_mpi_border() noexcept;
