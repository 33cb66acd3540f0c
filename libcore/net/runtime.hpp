// LibTorch's process-wide switches, in one place.
#pragma once

#include <cstdint>
#include <exception>

#include "libcore/net/options.hpp"

namespace tn {

// Memory (huge_pages.hpp) and threads for LibTorch and OpenCV: `jobs` inside an operator (0: every core,
// never more), one between operators, OpenCV one. Returns the number in force.
int set_threads(std::int64_t jobs);

// Whether an exception says that memory ended: std::bad_alloc, or the words of LibTorch, oneDNN or OpenCV.
bool is_out_of_memory(const std::exception& error);

// bfloat16 autocast on the CPU while in scope, as it was before afterwards. Softmaxes and losses stay in
// float32.
class Autocast {
 public:
  explicit Autocast(bool enabled);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  bool before_;
};

}  // namespace tn
