#include "libcore/net/graph_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "libcore/base/error.hpp"

namespace tn {
namespace {

std::vector<std::int64_t> shape_of(const TracedSizes& sizes) {
  std::vector<std::int64_t> shape;
  for (const TracedSize& size : sizes) shape.push_back(size.is_free() ? kFreeSize : size.in[0]);
  return shape;
}

}  // namespace

bool any_free(const TracedSizes& sizes) {
  return std::any_of(sizes.begin(), sizes.end(), [](const TracedSize& size) { return size.is_free(); });
}

void GraphBuilder::input(const std::string& name, const TracedSizes& sizes) {
  graph_.input = {name, shape_of(sizes)};
  input_ = sizes;
  sized(name, sizes);
}

void GraphBuilder::output(const std::string& value, const std::string& name, const TracedSizes& sizes) {
  for (std::size_t axis = 0; axis < sizes.size(); ++axis)
    if (sizes[axis].is_free() && sizes[axis] != input_.at(axis))
      throw Error(Exit::internal, "{} is not as large as the images", name);
  graph_.outputs.push_back({name, shape_of(sizes)});
  graph_.nodes.push_back({"Identity", {value}, {name}, {}});
}

std::string GraphBuilder::node(const std::string& op, std::vector<std::string> inputs,
                               std::vector<GraphAttribute> attributes) {
  const std::string name = fresh(op);
  graph_.nodes.push_back({op, std::move(inputs), {name}, std::move(attributes)});
  return name;
}

std::string GraphBuilder::second_output() {
  std::vector<std::string>& outputs = graph_.nodes.back().outputs;
  outputs.push_back(outputs.front() + "_second");
  return outputs.back();
}

std::string GraphBuilder::constant(const std::vector<std::int64_t>& values) {
  const std::string name = fresh("shape");
  graph_.constants.push_back({name, {static_cast<std::int64_t>(values.size())}, values});
  return name;
}

std::string GraphBuilder::constant(const std::vector<std::int64_t>& shape, std::vector<float> values) {
  const std::string name = fresh("constant");
  constant(name, shape, std::move(values));
  return name;
}

void GraphBuilder::constant(const std::string& name, const std::vector<std::int64_t>& shape,
                            std::vector<float> values) {
  graph_.constants.push_back({name, shape, std::move(values)});
}

std::string GraphBuilder::fresh(std::string_view what) {
  return fmt::format("{}_{}", what, next_++);
}

std::string GraphBuilder::sizes(const TracedSizes& sizes) {
  std::vector<std::string> parts;
  std::vector<std::int64_t> fixed;
  const auto end_fixed = [&] {
    if (!fixed.empty()) parts.push_back(constant(std::exchange(fixed, {})));
  };
  for (const TracedSize& size : sizes) {
    if (!size.is_free()) {
      fixed.push_back(size.in[0]);
      continue;
    }
    const auto place = places_.find(size);
    if (place == places_.end()) throw Error(Exit::internal, "no value has the size {}", size.in[0]);
    end_fixed();
    parts.push_back(size_of(place->second.value, place->second.axis));
  }
  end_fixed();
  return joined(parts);
}

std::string GraphBuilder::size_of(const std::string& value, std::int64_t axis) {
  std::string& size = sizes_[fmt::format("{}:{}", value, axis)];
  if (!size.empty()) return size;
  std::string& shape = shapes_[value];
  if (shape.empty()) shape = node("Shape", {value});
  return size = node("Slice", {shape, constant({axis}), constant({axis + 1}), constant({0})});
}

std::string GraphBuilder::joined(const std::vector<std::string>& parts) {
  return parts.size() == 1 ? parts.front() : node("Concat", parts, {{"axis", std::int64_t{0}}});
}

void GraphBuilder::sized(const std::string& value, const TracedSizes& sizes) {
  for (std::size_t axis = 0; axis < sizes.size(); ++axis)
    if (sizes[axis].is_free()) places_.try_emplace(sizes[axis], value, static_cast<std::int64_t>(axis));
}

}  // namespace tn
