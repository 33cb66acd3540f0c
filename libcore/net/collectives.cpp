#include "libcore/net/collectives.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "libcore/base/file.hpp"
#include "libcore/base/module.hpp"
#include "libcore/base/text.hpp"
#include "libcore/net/mpi_border.hpp"

namespace tn {
namespace {

// As the launchers say: Open MPI, MPICH, and Slurm of what srun started (SLURM_NTASKS is there too where
// sbatch or salloc started this one process). The first counts: mpirun itself may start others by srun.
constexpr const char* kSizes[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"};

constexpr ModuleName kName{"MPI", "the MPI layer is"};

const MpiBorder& open_mpi() {
  const std::string path = executable_folder() + "/" TN_MPI_MODULE;
  if (!path_exists(path))
    throw Error(Exit::usage, "started as one of several processes, but this build has no MPI");
  // Global: Open MPI's own parts look for its symbols.
  void* module = open_module(path, RTLD_NOW | RTLD_GLOBAL, kName);
  return border_of<MpiBorder>(module, "tn_mpi_border", kMpiBorder, kName);
}

}  // namespace

int launched_processes() {
  for (const char* name : kSizes)
    if (const char* size = std::getenv(name)) return std::max(1, std::atoi(size));
  return 1;
}

std::unique_ptr<JoinedProcesses> join_processes(double timeout_s) {
  std::unique_ptr<JoinedProcesses> processes;
  expect_ok(open_mpi().join(timeout_s, processes));
  if (const int size = processes->size(), expected = launched_processes(); size != expected)
    throw Error(Exit::usage, "{} processes were launched, but MPI finds {} (does the launcher fit this MPI?)",
                expected, size);
  return processes;
}

void expect_ok(const CollectiveFailure& failure) {
  if (failure.code != Exit::ok) throw Error::of(failure.code, failure.text);
}

void finish(Collectives& processes, std::uint64_t sum) {
  expect_ok(processes.wait(sum));
}

void add_up(Collectives* processes, std::span<double> values) {
  if (processes != nullptr) finish(*processes, processes->start_sum(values));
}

bool all_say(Collectives* processes, bool yes) {
  std::array<double, 1> votes{yes ? 1.0 : 0.0};
  add_up(processes, votes);
  return votes[0] == size_of(processes);
}

double of_first(Collectives* processes, double value) {
  std::array<double, 1> shared{rank_of(processes) == 0 ? value : 0};
  add_up(processes, shared);
  return shared[0];
}

}  // namespace tn
