#include "libcore/net/trace_steps.hpp"

#include <c10/util/StringUtil.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "libcore/base/error.hpp"

namespace tn {
namespace {

using Ints = std::vector<std::int64_t>;

// Arguments that follow the images' size; the results' shapes tell of them.
bool takes_sizes(const ObservedCall& call) {
  static constexpr std::array<std::string_view, 5> kNames{"aten::view", "aten::reshape", "aten::narrow",
                                                          "aten::max_unpool2d", "aten::upsample_bilinear2d"};
  if (std::find(kNames.begin(), kNames.end(), call.name) != kNames.end()) return true;
  return call.name == "aten::avg_pool2d" && pools_all(call);
}

}  // namespace

TraceStep trace_step(const ObservedCall& call) {
  TraceStep step{std::string(call.name), {}};
  const bool all_arguments = !takes_sizes(call);
  for (const c10::IValue& in : call.in)
    if (all_arguments && (in.isScalar() || in.isIntList())) step.what += " " + c10::str(in);
  for (const c10::IValue& out : call.out)
    step.shapes.push_back(out.isTensor() ? out.toTensor().sizes().vec() : Ints());
  return step;
}

std::vector<TracedSizes> sizes_in(const TracedCall& call) {
  std::vector<TracedSizes> all;
  for (const TraceStep& step : call)
    expect_same_steps(step.what == call[0].what && step.shapes.size() == call[0].shapes.size());
  for (std::size_t result = 0; result < call[0].shapes.size(); ++result) {
    TracedSizes sizes(call[0].shapes[result].size());
    for (std::size_t i = 0; i < call.size(); ++i) {
      const Ints& shape = call[i].shapes[result];
      expect_same_steps(shape.size() == sizes.size());
      for (std::size_t axis = 0; axis < shape.size(); ++axis) sizes[axis].in[i] = shape[axis];
    }
    all.push_back(std::move(sizes));
  }
  return all;
}

void expect_same_steps(bool same) {
  if (!same) throw Error(Exit::internal, "the network's steps depend on the images' size");
}

Ints for_each(const Ints& values, std::size_t directions) {
  return values.size() == 1 ? Ints(directions, values.front()) : values;
}

bool pools_all(const ObservedCall& call) {
  return for_each(call.ints(1), 2) == call.tensor(0).sizes().slice(2).vec();
}

}  // namespace tn
