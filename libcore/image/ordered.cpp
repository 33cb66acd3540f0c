#include "libcore/image/ordered.hpp"

#include <tbb/info.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <utility>

namespace tn {

void for_each_ordered(int jobs, const std::function<std::optional<Record>()>& source,
                      const std::function<Record(Record)>& work,
                      const std::function<void(const Record&)>& sink) {
  const int cores = tbb::info::default_concurrency();
  const int threads = jobs == 0 ? cores : std::clamp(jobs, 1, cores);
  const auto in_flight = static_cast<std::size_t>(threads) * 2 + 2;
  const auto read =
      tbb::make_filter<void, Record>(tbb::filter_mode::serial_in_order, [&](tbb::flow_control& flow) {
        std::optional<Record> record = source();
        if (record) return std::move(*record);
        flow.stop();
        return Record();
      });
  const auto transform = tbb::make_filter<Record, Record>(
      tbb::filter_mode::parallel, [&](Record record) { return work(std::move(record)); });
  const auto write = tbb::make_filter<Record, void>(tbb::filter_mode::serial_in_order,
                                                    [&](const Record& record) { sink(record); });
  tbb::task_arena arena(threads);
  arena.execute([&] { tbb::parallel_pipeline(in_flight, read & transform & write); });
}

}  // namespace tn
