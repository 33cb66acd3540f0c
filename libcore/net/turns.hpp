// Tasks that LibTorch's threads take one after the other. For files compiled with -fopenmp (CMakeLists.txt).
#pragma once

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>

namespace tn {

// The numbers from 0 up, each given out once: a thread that is held up leaves more to the others.
class Turns {
 public:
  explicit Turns(std::int64_t tasks) : tasks_(tasks) {}
  std::optional<std::int64_t> next() {
    const std::int64_t task = next_.fetch_add(1, std::memory_order_relaxed);
    return task < tasks_ ? std::optional(task) : std::nullopt;
  }

 private:
  std::int64_t tasks_;
  std::atomic<std::int64_t> next_ = 0;
};

// `work(turns)` once on every thread, or on fewer where there are fewer tasks.
template <typename Work>
void in_turns(std::int64_t tasks, const Work& work) {
  Turns turns(tasks);
  const std::int64_t threads = std::min<std::int64_t>(tasks, at::get_num_threads());
  at::parallel_for(0, threads, 1, [&](std::int64_t, std::int64_t) { work(turns); });
}

// What a thread works in: numbers at the start of a cache line, of any value at first.
template <typename T>
class Scratch {
 public:
  explicit Scratch(std::int64_t count)
      : data_(static_cast<T*>(std::aligned_alloc(
            kLine, (static_cast<std::size_t>(count) * sizeof(T) + kLine - 1) / kLine * kLine))) {
    if (!data_) throw std::bad_alloc();
  }
  T* data() const { return data_.get(); }

 private:
  static constexpr std::size_t kLine = 64;
  struct Free {
    void operator()(T* data) const { std::free(data); }
  };
  std::unique_ptr<T[], Free> data_;
};

}  // namespace tn
