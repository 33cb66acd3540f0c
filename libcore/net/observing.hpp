// Watching the operators that LibTorch runs.
#pragma once

#include <ATen/record_function.h>

namespace tn {

// While in scope, the callback is told of every operator that this thread calls.
class Observing {
 public:
  explicit Observing(at::RecordFunctionCallback callback)
      : handle_(at::addThreadLocalCallback(callback.scopes({at::RecordScope::FUNCTION}))) {}
  ~Observing() { at::removeCallback(handle_); }
  Observing(const Observing&) = delete;
  Observing& operator=(const Observing&) = delete;

 private:
  at::CallbackHandle handle_;
};

}  // namespace tn
