#include "tests/unit/net/graph_runner.hpp"

#include <ATen/ATen.h>

#include <functional>
#include <stdexcept>
#include <variant>
#include <vector>

namespace tn::test {
namespace {

using Ints = std::vector<std::int64_t>;

class Step {
 public:
  Step(const GraphNode& node, std::map<std::string, at::Tensor>& values) : node_(node), values_(values) {}

  at::Tensor in(std::size_t i) const { return values_.at(node_.inputs.at(i)); }
  bool has(std::size_t i) const { return i < node_.inputs.size() && !node_.inputs[i].empty(); }
  at::Tensor in_or_none(std::size_t i) const { return has(i) ? in(i) : at::Tensor(); }
  Ints ints_in(std::size_t i) const {
    const at::Tensor values = in(i).contiguous();
    return {values.data_ptr<std::int64_t>(), values.data_ptr<std::int64_t>() + values.numel()};
  }
  template <typename T>
  T get(const char* name) const {
    for (const auto& [key, value] : node_.attributes)
      if (key == name) return std::get<T>(value);
    throw std::runtime_error(node_.op + " has no " + name);
  }
  Ints ints(const char* name) const { return get<Ints>(name); }
  std::int64_t number(const char* name) const { return get<std::int64_t>(name); }
  std::size_t outputs() const { return node_.outputs.size(); }
  void out(const at::Tensor& value, std::size_t i = 0) { values_[node_.outputs.at(i)] = value; }

  // Of equal pads at both ends.
  Ints padding() const {
    const Ints both = ints("pads");
    const auto middle = both.begin() + static_cast<std::ptrdiff_t>(both.size() / 2);
    if (!std::equal(both.begin(), middle, middle)) throw std::runtime_error("unequal pads");
    return {both.begin(), middle};
  }

 private:
  const GraphNode& node_;
  std::map<std::string, at::Tensor>& values_;
};

void convolve(Step& s) {
  const at::Tensor features = s.in(0), weight = s.in(1), bias = s.in_or_none(2);
  const Ints strides = s.ints("strides"), dilations = s.ints("dilations");
  s.out(at::convolution(features, weight, bias, strides, s.padding(), dilations, false,
                        Ints(strides.size(), 0), s.number("group")));
}

void convolve_transposed(Step& s) {
  s.out(at::convolution(s.in(0), s.in(1), s.in_or_none(2), s.ints("strides"), s.padding(),
                        s.ints("dilations"), true, s.ints("output_padding"), s.number("group")));
}

void normalise(Step& s) {
  s.out(
      at::batch_norm(s.in(0), s.in(1), s.in(2), s.in(3), s.in(4), false, 0, s.get<float>("epsilon"), false));
}

void pool_largest(Step& s) {
  const auto [values, indices] =
      at::max_pool2d_with_indices(s.in(0), s.ints("kernel_shape"), s.ints("strides"), s.padding(),
                                  s.ints("dilations"), s.number("ceil_mode") != 0);
  s.out(values);
  if (s.outputs() > 1) s.out(indices, 1);
}

void pool_mean(Step& s) {
  s.out(at::avg_pool2d(s.in(0), s.ints("kernel_shape"), s.ints("strides"), s.padding(),
                       s.number("ceil_mode") != 0, s.number("count_include_pad") != 0));
}

void reshape(Step& s) {
  Ints shape = s.ints_in(1);
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] == 0) shape[i] = s.in(0).size(static_cast<std::int64_t>(i));
  s.out(s.in(0).reshape(shape));
}

void slice(Step& s) {
  const Ints first = s.ints_in(1), end = s.ints_in(2), axes = s.ints_in(3);
  if (axes.size() != 1) throw std::runtime_error("a slice along several axes");
  s.out(s.in(0).slice(axes[0], first[0], end[0]));
}

void resize(Step& s) {
  if (s.get<std::string>("mode") != "linear" ||
      s.get<std::string>("coordinate_transformation_mode") != "align_corners")
    throw std::runtime_error("another resize");
  const at::Tensor features = s.in(0);
  Ints sizes = features.sizes().vec();
  if (s.has(3)) {
    sizes = s.ints_in(3);
  } else {
    for (std::size_t i = 0; i < sizes.size(); ++i)
      sizes[i] = static_cast<std::int64_t>(static_cast<float>(sizes[i]) *
                                           s.in(2)[static_cast<std::int64_t>(i)].item<float>());
  }
  if (sizes[0] != features.size(0) || sizes[1] != features.size(1))
    throw std::runtime_error("a resize of images or channels");
  s.out(at::upsample_bilinear2d(features, {sizes[2], sizes[3]}, true));
}

void concatenate(Step& s) {
  std::vector<at::Tensor> parts;
  for (std::size_t i = 0; s.has(i); ++i) parts.push_back(s.in(i));
  s.out(at::cat(parts, s.number("axis")));
}

const std::map<std::string, std::function<void(Step&)>>& operators() {
  static const std::map<std::string, std::function<void(Step&)>> all{
      {"Conv", convolve},
      {"ConvTranspose", convolve_transposed},
      {"BatchNormalization", normalise},
      {"MaxPool", pool_largest},
      {"AveragePool", pool_mean},
      {"Reshape", reshape},
      {"Slice", slice},
      {"Resize", resize},
      {"Concat", concatenate},
      {"Identity", [](Step& s) { s.out(s.in(0)); }},
      {"Relu", [](Step& s) { s.out(s.in(0).relu()); }},
      {"Sigmoid", [](Step& s) { s.out(s.in(0).sigmoid()); }},
      {"Neg", [](Step& s) { s.out(-s.in(0)); }},
      {"Add", [](Step& s) { s.out(s.in(0) + s.in(1)); }},
      {"Mul", [](Step& s) { s.out(s.in(0) * s.in(1)); }},
      {"MatMul", [](Step& s) { s.out(at::matmul(s.in(0), s.in(1))); }},
      {"Softmax", [](Step& s) { s.out(at::softmax(s.in(0), s.number("axis"))); }},
      {"Transpose", [](Step& s) { s.out(s.in(0).permute(s.ints("perm"))); }},
      {"Shape", [](Step& s) { s.out(at::tensor(s.in(0).sizes(), at::kLong)); }},
      {"GlobalAveragePool",
       [](Step& s) {
         s.out(s.in(0).mean({2, 3}, true));
       }},
      {"ReduceMean", [](Step& s) { s.out(s.in(0).mean(s.ints("axes"), s.number("keepdims") != 0)); }},
      {"MaxUnpool",
       [](Step& s) {
         s.out(at::max_unpool2d(s.in(0), s.in(1), {2 * s.in(0).size(2), 2 * s.in(0).size(3)}));
       }},
  };
  return all;
}

at::Tensor tensor_of(const GraphConstant& constant) {
  return std::visit([&](const auto& values) { return at::tensor(values).view(constant.shape); },
                    constant.values);
}

}  // namespace

std::map<std::string, at::Tensor> run_graph(const Graph& graph, const at::Tensor& images) {
  std::map<std::string, at::Tensor> values{{graph.input.name, images}};
  for (const GraphConstant& constant : graph.constants) values[constant.name] = tensor_of(constant);
  for (const GraphNode& node : graph.nodes) {
    Step step(node, values);
    const auto run = operators().find(node.op);
    if (run == operators().end()) throw std::runtime_error("no operator " + node.op);
    run->second(step);
  }
  std::map<std::string, at::Tensor> outputs;
  for (const GraphValue& output : graph.outputs) outputs[output.name] = values.at(output.name);
  return outputs;
}

}  // namespace tn::test
