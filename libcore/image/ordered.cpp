#include "libcore/image/ordered.hpp"

#include <tbb/parallel_for.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <exception>
#include <mutex>
#include <utility>

#include "libcore/base/threads.hpp"

namespace tn {
namespace {

// The first exception of work() and sink(); the source may throw another one because it was stopped.
class FirstFailure {
 public:
  explicit FirstFailure(const std::function<void()>& stop) : stop_(stop) {}

  template <typename Call>
  auto watch(const Call& call) {
    try {
      return call();
    } catch (...) {
      const std::scoped_lock lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      stop_();
      throw;
    }
  }

  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  const std::function<void()>& stop_;
  std::mutex mutex_;
  std::exception_ptr failure_;
};

}  // namespace

void for_each_ordered(int jobs, const std::function<std::optional<Record>()>& source,
                      const std::function<Record(Record)>& work,
                      const std::function<void(const Record&)>& sink, const std::function<void()>& stop) {
  const int threads = thread_count(jobs);
  const auto in_flight = static_cast<std::size_t>(threads) * 2 + 2;
  FirstFailure failure(stop);
  const auto read =
      tbb::make_filter<void, Record>(tbb::filter_mode::serial_in_order, [&](tbb::flow_control& flow) {
        std::optional<Record> record = source();
        if (record) return std::move(*record);
        flow.stop();
        return Record();
      });
  const auto transform = tbb::make_filter<Record, Record>(tbb::filter_mode::parallel, [&](Record record) {
    return failure.watch([&] { return work(std::move(record)); });
  });
  const auto write = tbb::make_filter<Record, void>(
      tbb::filter_mode::serial_in_order, [&](const Record& record) { failure.watch([&] { sink(record); }); });
  tbb::task_arena arena(threads);
  try {
    arena.execute([&] { tbb::parallel_pipeline(in_flight, read & transform & write); });
  } catch (...) {
    failure.rethrow();
    throw;
  }
}

void for_each_index(std::size_t count, int jobs, const std::function<void(std::size_t)>& work) {
  tbb::task_arena arena(thread_count(jobs));
  arena.execute([&] { tbb::parallel_for(std::size_t{0}, count, [&](std::size_t i) { work(i); }); });
}

}  // namespace tn
