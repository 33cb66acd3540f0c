// Work on several threads: records through a TBB pipeline in order, a bounded number in flight; or by number.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "libcore/data/record.hpp"

namespace tn {

// source() is called by one thread at a time until it returns nothing; work() by up to `jobs` threads (0:
// every core), never more than the cores; sink() by one at a time, in source order. At most 2 x threads + 2
// records are alive. An exception from any of the three stops the pipeline and is rethrown here; when it
// comes from work() or sink(), stop() is called first, from that thread: it has to end a wait inside
// source(). work() should turn a bad record into an error record itself.
void for_each_ordered(
    int jobs, const std::function<std::optional<Record>()>& source, const std::function<Record(Record)>& work,
    const std::function<void(const Record&)>& sink, const std::function<void()>& stop = [] {});

// Runs work(i) for i from 0 below `count`, in any order, on up to `jobs` threads (0: every core), never more
// than the cores. The first exception ends it and is rethrown here.
void for_each_index(std::size_t count, int jobs, const std::function<void(std::size_t)>& work);

}  // namespace tn
