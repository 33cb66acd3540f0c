// A network with its optimiser and averaged weights: what a step of training changes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "libcore/net/api.hpp"
#include "libcore/net/descent.hpp"
#include "libcore/net/ema.hpp"
#include "libcore/net/gradient_buckets.hpp"
#include "libcore/net/loader.hpp"
#include "libcore/net/losses.hpp"
#include "libcore/net/network.hpp"

namespace tn {

struct StepLoss {
  double total = 0;
  double mask = 0;
  double classes = 0;
  double gradient_norm = 0;  // of all parameters together
};

// Borrows the job.
class Learner {
 public:
  // Weights initialised from the job's seed, and unless it is a resume from the job's file; the same on every
  // device.
  Learner(const TrainJob& job, bool bfloat16, at::Device device = at::kCPU);

  Network& network() { return *network_; }
  const LossOptions& loss() const { return loss_; }  // its tensors are on the processor
  const InitReport& init() const { return init_; }
  bool averages() const { return ema_.has_value(); }

  // Adds up the gradients of the whole batch, of which this process has its part, on the device, at most
  // `micro` images at a time (cut_batch()); dropout draws by `seed` and the images' ids. Loss and gradients
  // do not depend on how the batch is cut, but for batch norm. Waits for the device once, at the end. An
  // exception leaves gradients half done: undo().
  StepLoss gradients(const Batch& batch, std::uint64_t seed, std::int64_t micro);

  // Back to before gradients(): no gradients, running statistics as they were.
  void undo();

  void clip(double norm, double limit);  // scales the gradients so that their norm is at most `limit`

  // Moves the weights, averages them, and forgets the gradients. `step`: steps done before.
  void step(double learning_rate, std::int64_t step);

  NamedTensors weights() const { return state_; }  // those in the network now; handles
  // All that a checkpoint holds, as handles; right inside an Averaged too.
  NamedTensors everything() const;

  // While in scope the network has the averaged weights, if there are any.
  class Averaged {
   public:
    explicit Averaged(Learner& learner) : learner_(learner) { learner_.swap(); }
    ~Averaged() { learner_.swap(); }
    Averaged(const Averaged&) = delete;
    Averaged& operator=(const Averaged&) = delete;

   private:
    Learner& learner_;
  };

 private:
  void swap();
  void keep_buffers();
  at::Tensor gradient_norm() const;
  StepLoss read(const at::Tensor& losses) const;
  TargetCounts counts_of_all(const Batch& batch) const;  // of the whole batch, over processes

  std::shared_ptr<Network> network_;
  bool bfloat16_;
  at::Device device_;
  LossOptions loss_, device_loss_;
  NamedTensors parameters_, state_;
  std::vector<at::Tensor> buffers_, buffers_before_;
  std::unique_ptr<Descent> descent_;
  std::optional<Ema> ema_;
  Collectives* processes_;
  std::unique_ptr<TensorSums> sums_;  // nullptr: this process is alone
  std::optional<GradientBuckets> buckets_;
  InitReport init_;
  bool swapped_ = false;
};

}  // namespace tn
