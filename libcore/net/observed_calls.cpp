#include "libcore/net/observed_calls.hpp"

#include <exception>
#include <memory>

#include "libcore/net/observing.hpp"

namespace tn {
namespace {

struct Context : at::ObserverContext {
  ObservedCall call;
};

// LibTorch's observers are plain functions. An exception must not pass through LibTorch: it waits here.
struct Running {
  const std::function<void(const ObservedCall&)>* told = nullptr;
  int depth = 0;
  std::exception_ptr error;
};

Running& running() {
  thread_local Running one;
  return one;
}

std::unique_ptr<at::ObserverContext> begins(const at::RecordFunction& function) {
  if (running().depth++ > 0) return nullptr;
  auto context = std::make_unique<Context>();
  const auto inputs = function.inputs();
  context->call.in.assign(inputs.begin(), inputs.end());
  return context;
}

void tell(const at::RecordFunction& function, ObservedCall& call) {
  call.name = function.name();
  call.out = function.outputs();
  try {
    (*running().told)(call);
  } catch (...) {
    running().error = std::current_exception();
  }
}

// What `told` itself calls is inside the call that it is told of.
void ends(const at::RecordFunction& function, at::ObserverContext* context) {
  if (context != nullptr && !running().error) tell(function, static_cast<Context&>(*context).call);
  --running().depth;
}

}  // namespace

void observe_calls(const std::function<void()>& work, const std::function<void(const ObservedCall&)>& told) {
  running() = {&told, 0, nullptr};
  {
    const Observing observing(at::RecordFunctionCallback(begins, ends).needsInputs(true).needsOutputs(true));
    work();
  }
  if (running().error) std::rethrow_exception(running().error);
}

}  // namespace tn
