// What the traces of one network, for images of different sizes, have in common.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "libcore/net/graph_builder.hpp"
#include "libcore/net/observed_calls.hpp"

namespace tn {

// A call in one trace.
struct TraceStep {
  std::string what;  // the operator and its arguments that are no tensors: the same in every trace
  std::vector<std::vector<std::int64_t>> shapes;  // of its results; empty for what is no tensor
};
TraceStep trace_step(const ObservedCall& call);

// The same call in every trace.
using TracedCall = std::array<TraceStep, std::tuple_size_v<decltype(TracedSize::in)>>;

// Of its results. Throws Error(internal) where the calls are not the same.
std::vector<TracedSizes> sizes_in(const TracedCall& call);
void expect_same_steps(bool same);  // throws it

// One value for each direction, where a single one was given for all.
std::vector<std::int64_t> for_each(const std::vector<std::int64_t>& values, std::size_t directions);

// Whether an avg_pool2d takes the mean of whole images, however large.
bool pools_all(const ObservedCall& call);

}  // namespace tn
