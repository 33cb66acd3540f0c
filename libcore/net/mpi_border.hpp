// What libtn_mpi.so exports. It is opened when a launcher of MPI started the program, so that nothing else
// needs MPI.
#pragma once

#include <memory>

#include "libcore/net/collectives.hpp"

namespace tn {

// Both sides are built from the same sources: kMpiBorder tells an old library from a new program.
constexpr int kMpiBorder = 1;

class MpiBorder {
 public:
  virtual ~MpiBorder() = default;
  virtual int version() const noexcept = 0;
  // Joins the other processes; once a process. A sum that is not there after `timeout_s` seconds has failed.
  virtual CollectiveFailure join(double timeout_s,
                                 std::unique_ptr<Collectives>& processes) const noexcept = 0;
};

// Whether mpirun or srun started this program as one process among several.
bool started_by_launcher();

// Opens the library and joins. Throws Error: usage if this build has no MPI, internal if it cannot be opened
// or started.
std::unique_ptr<Collectives> join_processes(double timeout_s);

}  // namespace tn

extern "C" const tn::MpiBorder* tn_mpi_border() noexcept;
