#include "libcore/net/runtime.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/ops/ones.h>
#include <c10/util/Exception.h>

#include <mutex>
#include <new>
#include <opencv2/core/utility.hpp>
#include <string_view>

#include "libcore/base/error.hpp"
#include "libcore/base/threads.hpp"
#include "libcore/net/huge_pages.hpp"

namespace tn {

int set_threads(std::int64_t jobs) {
  const int threads = thread_count(jobs);
  static std::once_flag once;  // LibTorch refuses a second call
  std::call_once(once, [] {
    at::set_num_interop_threads(1);
    use_huge_pages();
  });
  at::set_num_threads(threads);
  cv::setNumThreads(1);
  return threads;
}

bool is_out_of_memory(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return true;
  const auto* torch = dynamic_cast<const c10::Error*>(&error);
  const std::string_view text = torch != nullptr ? torch->what_without_backtrace() : error.what();
  for (const char* words :
       {"can't allocate memory", "not enough memory", "Insufficient memory", "out of memory",
        // cuBLAS and cuDNN; the last where no kernel finds room to be tried
        "ALLOC_FAILED", "unable to find an engine"})
    if (text.find(words) != std::string_view::npos) return true;
  return false;
}

void expect_device(const std::string& device) {
  try {
    at::ones({1}, at::TensorOptions(at::Device(device))).add_(1).item<float>();
  } catch (const c10::Error& error) {
    const std::string_view text = error.what_without_backtrace();
    throw Error(Exit::usage, "device {}: {}", device, text.substr(0, text.find('\n')));
  }
}

void set_gpu_arithmetic(bool tf32, bool deterministic) {
  at::globalContext().setAllowTF32CuBLAS(tf32);
  at::globalContext().setAllowTF32CuDNN(tf32);
  at::globalContext().setBenchmarkCuDNN(!deterministic);
  at::globalContext().setDeterministicCuDNN(deterministic);
}

Autocast::Autocast(bool enabled, at::DeviceType device)
    : device_(device), before_(at::autocast::is_autocast_enabled(device)) {
  at::autocast::set_autocast_enabled(device_, enabled);
  if (!enabled) return;
  at::autocast::set_autocast_dtype(device_, at::kBFloat16);
  at::autocast::increment_nesting();
}

Autocast::~Autocast() {
  if (at::autocast::is_autocast_enabled(device_) && at::autocast::decrement_nesting() == 0)
    at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(device_, before_);
}

}  // namespace tn
