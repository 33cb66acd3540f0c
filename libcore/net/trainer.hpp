// The training loop: steps, validation, the best model, checkpoints.
#pragma once

#include <memory>

#include "libcore/net/api.hpp"

namespace tn {

// One training. The run folder must exist once the observer was told of the start. Two runs of one job with
// the same number of threads give the same model and the same checkpoints.
class Trainer {
 public:
  Trainer(const TrainJob& job, TrainObserver& observer);
  ~Trainer();
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  // To the end, to the time limit or to an interruption; then the checkpoint is on disk. Throws Error: usage
  // for a resume of another run, internal for a loss that is not finite (with the ids of the batch) unless
  // the options say otherwise, try_again where memory does not suffice for one image, io for the disk.
  TrainOutcome run();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tn
