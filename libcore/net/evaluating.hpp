// Evaluation mode as a scope.
#pragma once

#include <ATen/core/grad_mode.h>

#include "libcore/net/network.hpp"

namespace tn {

// In evaluation mode and without gradients while in scope; as it was before, afterwards.
class Evaluating {
 public:
  explicit Evaluating(Network& network) : network_(network), was_training_(network.is_training()) {
    network_.eval();
  }
  ~Evaluating() { network_.train(was_training_); }
  Evaluating(const Evaluating&) = delete;
  Evaluating& operator=(const Evaluating&) = delete;

 private:
  Network& network_;
  bool was_training_;
  at::NoGradGuard no_grad_;
};

}  // namespace tn
