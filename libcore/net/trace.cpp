#include "libcore/net/trace.hpp"

#include <ATen/ops/zeros.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string_view>
#include <unordered_map>

#include "libcore/base/error.hpp"
#include "libcore/net/attention.hpp"
#include "libcore/net/evaluating.hpp"
#include "libcore/net/graph_builder.hpp"
#include "libcore/net/observed_calls.hpp"
#include "libcore/net/trace_steps.hpp"

namespace tn {
namespace {

using Ints = std::vector<std::int64_t>;
using Call = ObservedCall;

Ints both_ends(const Ints& padding) {
  Ints pads = padding;
  pads.insert(pads.end(), padding.begin(), padding.end());
  return pads;
}

class Tracer {
 public:
  explicit Tracer(const Network& network) {
    for (const auto& item : network.named_parameters())
      names_[item.value().unsafeGetTensorImpl()] = item.key();
    for (const auto& item : network.named_buffers()) names_[item.value().unsafeGetTensorImpl()] = item.key();
  }

  void input(const at::Tensor& images, const TracedSizes& sizes) {
    graph_.input("image", sizes);
    name(images, "image", sizes);
  }
  void output(const at::Tensor& values, const std::string& name) {
    if (values.defined()) graph_.output(value(values), name, sizes_of(values));
  }
  Graph finished() { return graph_.finished(); }

  // `sizes`: of what the call gives; empty for what is no tensor.
  void add(const Call& call, const std::vector<TracedSizes>& sizes);

 private:
  using Handler = void (Tracer::*)(const Call&);
  static const std::map<std::string_view, Handler>& handlers();

  bool is_variable(const at::Tensor& tensor) const { return values_.count(tensor.unsafeGetTensorImpl()) > 0; }
  bool depends_on_input(const Call& call) const;

  void name(const at::Tensor& tensor, const std::string& value, const TracedSizes& sizes) {
    const auto* key = tensor.unsafeGetTensorImpl();
    values_[key] = value;
    sizes_[key] = sizes;
    graph_.sized(value, sizes);
    kept_.push_back(tensor);  // so that no other tensor gets its address
  }
  void set(const at::Tensor& tensor, const std::string& value) { name(tensor, value, sizes_of(tensor)); }
  const TracedSizes& sizes_of(const at::Tensor& tensor) const {
    return sizes_.at(tensor.unsafeGetTensorImpl());
  }

  // Its name; a constant if it does not depend on the images.
  std::string value(const at::Tensor& tensor) {
    const auto* key = tensor.unsafeGetTensorImpl();
    if (const auto found = values_.find(key); found != values_.end()) return found->second;
    if (const auto made = made_.find(key); made != made_.end()) return made->second;
    if (const auto known = sizes_.find(key); known != sizes_.end() && any_free(known->second))
      throw Error(Exit::internal, "a constant as large as the images cannot be exported for any size");
    const auto named = names_.find(key);
    const std::string name = named != names_.end() ? named->second : graph_.fresh("constant");
    const at::Tensor flat = tensor.detach().to(at::kFloat).contiguous();
    const auto* first = flat.data_ptr<float>();
    graph_.constant(name, flat.sizes().vec(), std::vector<float>(first, first + flat.numel()));
    kept_.push_back(tensor);
    return made_[key] = name;
  }
  std::string constant(const Ints& values) { return graph_.constant(values); }
  std::string node(const std::string& op, std::vector<std::string> inputs,
                   std::vector<GraphAttribute> attributes = {}) {
    return graph_.node(op, std::move(inputs), std::move(attributes));
  }
  std::string maybe(const c10::IValue& tensor) {
    return tensor.isTensor() && tensor.toTensor().defined() ? value(tensor.toTensor()) : std::string();
  }

  void convolution(const Call& call) {
    const at::Tensor weight = call.tensor(1);
    const Ints kernel = weight.sizes().slice(2).vec();
    std::vector<std::string> inputs{value(call.tensor(0)), value(weight)};
    if (const std::string bias = maybe(call.in[2]); !bias.empty()) inputs.push_back(bias);
    const bool transposed = call.name == "aten::conv_transpose2d";
    const std::size_t n = kernel.size();
    const Ints dilation = for_each(call.ints(transposed ? 7 : 5), n);
    std::vector<GraphAttribute> attributes{{"kernel_shape", kernel},
                                           {"strides", for_each(call.ints(3), n)},
                                           {"pads", both_ends(for_each(call.ints(4), n))},
                                           {"dilations", dilation},
                                           {"group", call.number(6)}};
    if (transposed) attributes.emplace_back("output_padding", for_each(call.ints(5), n));
    set(call.result(), node(transposed ? "ConvTranspose" : "Conv", inputs, attributes));
  }
  void batch_norm(const Call& call) {
    std::vector<std::string> inputs;
    for (std::size_t i = 0; i < 5; ++i) inputs.push_back(value(call.tensor(i)));
    set(call.result(),
        node("BatchNormalization", inputs, {{"epsilon", static_cast<float>(call.in[7].toDouble())}}));
  }
  void same_op(const Call& call) {  // one tensor in, one out
    static const std::map<std::string_view, const char*> ops{
        {"aten::relu", "Relu"}, {"aten::relu_", "Relu"}, {"aten::sigmoid", "Sigmoid"}};
    set(call.result(), node(ops.at(call.name), {value(call.tensor(0))}));
  }
  // OpenCV's dnn (4.6) takes a change of sign into the product before it and loses it there: something must
  // stand between them.
  void negation(const Call& call) {
    set(call.result(), node("Neg", {node("Identity", {value(call.tensor(0))})}));
  }
  void binary(const Call& call) {
    const bool product = call.name.starts_with("aten::mul");
    if (!product && call.in.at(2).toScalar().toDouble() != 1)
      throw Error(Exit::internal, "a sum with a factor cannot be exported");
    set(call.result(), node(product ? "Mul" : "Add", {value(call.tensor(0)), value(call.tensor(1))}));
  }
  void addcmul(const Call& call) {
    const std::string product = node("Mul", {value(call.tensor(1)), value(call.tensor(2))});
    set(call.result(), node("Add", {value(call.tensor(0)), product}));
  }
  void matrix_product(const Call& call) {
    const std::size_t first = call.name == "aten::baddbmm" ? 1 : 0;
    std::string result = node("MatMul", {value(call.tensor(first)), value(call.tensor(first + 1))});
    if (first == 1) result = node("Add", {value(call.tensor(0)), result});
    set(call.result(), result);
  }
  void linear(const Call& call) {
    const at::Tensor turned = call.tensor(1).detach().t().contiguous();
    std::string result = node("MatMul", {value(call.tensor(0)), value(turned)});
    if (const std::string bias = maybe(call.in[2]); !bias.empty()) result = node("Add", {result, bias});
    set(call.result(), result);
  }
  void concatenate(const Call& call) {
    std::vector<std::string> inputs;
    for (const at::Tensor& part : call.in[0].toTensorVector()) inputs.push_back(value(part));
    set(call.result(), node("Concat", inputs, {{"axis", call.number(1)}}));
  }
  void softmax(const Call& call) {
    set(call.result(), node("Softmax", {value(call.tensor(0))}, {{"axis", call.number(1)}}));
  }
  void max_pool(const Call& call) {
    const Ints kernel = for_each(call.ints(1), 2);
    const Ints stride = call.ints(2).empty() ? kernel : for_each(call.ints(2), 2);
    std::vector<GraphAttribute> attributes{{"kernel_shape", kernel},
                                           {"strides", stride},
                                           {"pads", both_ends(for_each(call.ints(3), 2))},
                                           {"dilations", for_each(call.ints(4), 2)},
                                           {"ceil_mode", std::int64_t{call.in[5].toBool() ? 1 : 0}}};
    const std::string name = node("MaxPool", {value(call.tensor(0))}, attributes);
    set(call.result(), name);
    if (call.out.size() > 1) set(call.result(1), graph_.second_output());
  }
  void max_unpool(const Call& call) {
    const at::Tensor small = call.tensor(0), large = call.result();
    expect_fixed(large, "an unpooling");
    for (const int dimension : {2, 3})
      if (large.size(dimension) != 2 * small.size(dimension))
        throw Error(Exit::usage,
                    "this network can be exported for sizes alone that its poolings halve exactly");
    set(large, node("MaxUnpool", {value(small), value(call.tensor(1))},
                    {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}}));
  }
  void avg_pool(const Call& call) {
    const Ints kernel = for_each(call.ints(1), 2);
    if (pools_all(call)) return set(call.result(), node("GlobalAveragePool", {value(call.tensor(0))}));
    const Ints stride = call.ints(2).empty() ? kernel : for_each(call.ints(2), 2);
    set(call.result(), node("AveragePool", {value(call.tensor(0))},
                            {{"kernel_shape", kernel},
                             {"strides", stride},
                             {"pads", both_ends(for_each(call.ints(3), 2))},
                             {"ceil_mode", std::int64_t{call.in[4].toBool() ? 1 : 0}},
                             {"count_include_pad", std::int64_t{call.in[5].toBool() ? 1 : 0}}}));
  }
  // Means over parts of unequal size, as two products with matrices of shares.
  void adaptive_pool(const Call& call) {
    const at::Tensor features = call.tensor(0);
    const Ints bins = for_each(call.ints(1), 2);
    if (bins == Ints{1, 1}) return set(call.result(), node("GlobalAveragePool", {value(features)}));
    expect_fixed(features, "a pooling to a grid");
    const auto shares = [](std::int64_t parts, std::int64_t whole, bool turned) {
      std::vector<float> matrix(static_cast<std::size_t>(parts * whole), 0.0F);
      for (std::int64_t part = 0; part < parts; ++part) {
        const std::int64_t first = part * whole / parts, last = ((part + 1) * whole + parts - 1) / parts;
        for (std::int64_t i = first; i < last; ++i)
          matrix[static_cast<std::size_t>(turned ? i * parts + part : part * whole + i)] =
              1.0F / static_cast<float>(last - first);
      }
      return matrix;
    };
    const std::string rows =
        graph_.constant({bins[0], features.size(2)}, shares(bins[0], features.size(2), false));
    const std::string columns =
        graph_.constant({features.size(3), bins[1]}, shares(bins[1], features.size(3), true));
    set(call.result(), node("MatMul", {node("MatMul", {rows, value(features)}), columns}));
  }
  void mean(const Call& call) {
    set(call.result(),
        node("ReduceMean", {value(call.tensor(0))},
             {{"axes", call.ints(1)}, {"keepdims", std::int64_t{call.in[2].toBool() ? 1 : 0}}}));
  }
  // The number of images is taken over from the input.
  void reshape(const Call& call) {
    TracedSizes sizes = sizes_of(call.result());
    sizes.front() = TracedSize::always(0);
    const auto free = [](const TracedSize& size) { return size.is_free(); };
    if (std::count_if(sizes.begin(), sizes.end(), free) == 1)
      *std::find_if(sizes.begin(), sizes.end(), free) = TracedSize::always(-1);  // what is left
    set(call.result(), node("Reshape", {value(call.tensor(0)), graph_.sizes(sizes)}));
  }
  void permute(const Call& call) {
    Ints order = call.name == "aten::permute" ? call.ints(1) : Ints();
    const std::int64_t dimensions = call.tensor(0).dim();
    if (order.empty()) {  // transpose
      for (std::int64_t i = 0; i < dimensions; ++i) order.push_back(i);
      const auto at = [&](std::size_t i) {
        return static_cast<std::size_t>((call.number(i) + dimensions) % dimensions);
      };
      std::swap(order[at(1)], order[at(2)]);
    }
    set(call.result(), node("Transpose", {value(call.tensor(0))}, {{"perm", order}}));
  }
  void narrow(const Call& call) {
    const std::int64_t axis = call.number(1), first = call.number(2);
    TracedSize end = sizes_of(call.result()).at(static_cast<std::size_t>(axis));
    for (std::int64_t& size : end.in) size += first;
    set(call.result(), node("Slice", {value(call.tensor(0)), constant(Ints{first}), graph_.sizes({end}),
                                      constant(Ints{axis})}));
  }
  // By factors, which leave the number of images free; large enough that engines, which round down, come to
  // the size. Where that is free, to the size of another value.
  void resize(const Call& call) {
    if (!call.in[2].toBool())
      throw Error(Exit::internal, "a resize without aligned corners cannot be exported");
    const at::Tensor features = call.tensor(0);
    const std::string from = value(features);
    std::vector<std::string> inputs{from, ""};
    if (const TracedSizes to = sizes_of(call.result()); any_free(to)) {
      inputs.insert(inputs.end(),
                    {"", graph_.joined({graph_.size_of(from, 0), graph_.sizes({to.begin() + 1, to.end()})})});
    } else {
      inputs.push_back(graph_.constant({4}, factors(features, call.result())));
    }
    set(call.result(), node("Resize", inputs,
                            {{"mode", std::string("linear")},
                             {"coordinate_transformation_mode", std::string("align_corners")}}));
  }
  static std::vector<float> factors(const at::Tensor& small, const at::Tensor& large) {
    std::vector<float> all{1, 1};
    for (const int dimension : {2, 3}) {
      const auto from = static_cast<float>(small.size(dimension));
      const auto to = static_cast<float>(large.size(dimension));
      float factor = to / from;
      while (std::floor(from * factor) < to) factor = std::nextafter(factor, 2 * factor);
      all.push_back(factor);
    }
    return all;
  }
  void expect_fixed(const at::Tensor& tensor, const char* what) const {
    if (any_free(sizes_of(tensor)))
      throw Error(Exit::usage,
                  "the network has {}, which holds for a fixed size alone: not with --dynamic-size", what);
  }
  void same_value(const Call& call) { set(call.result(), value(call.tensor(0))); }

  GraphBuilder graph_;
  std::unordered_map<const c10::TensorImpl*, std::string> names_, values_, made_;
  std::unordered_map<const c10::TensorImpl*, TracedSizes> sizes_;  // of all that calls gave
  std::vector<at::Tensor> kept_;
};

const std::map<std::string_view, Tracer::Handler>& Tracer::handlers() {
  static const std::map<std::string_view, Handler> all{
      {"aten::conv1d", &Tracer::convolution},
      {"aten::conv2d", &Tracer::convolution},
      {"aten::conv_transpose2d", &Tracer::convolution},
      {"aten::batch_norm", &Tracer::batch_norm},
      {"aten::relu", &Tracer::same_op},
      {"aten::relu_", &Tracer::same_op},
      {"aten::sigmoid", &Tracer::same_op},
      {"aten::neg", &Tracer::negation},
      {"aten::add", &Tracer::binary},
      {"aten::add_", &Tracer::binary},
      {"aten::mul", &Tracer::binary},
      {"aten::mul_", &Tracer::binary},
      {"aten::addcmul", &Tracer::addcmul},
      {"aten::bmm", &Tracer::matrix_product},
      {"aten::baddbmm", &Tracer::matrix_product},
      {"aten::linear", &Tracer::linear},
      {"aten::cat", &Tracer::concatenate},
      {"aten::softmax", &Tracer::softmax},
      {"aten::max_pool2d", &Tracer::max_pool},
      {"aten::max_pool2d_with_indices", &Tracer::max_pool},
      {"aten::max_unpool2d", &Tracer::max_unpool},
      {"aten::avg_pool2d", &Tracer::avg_pool},
      {"aten::adaptive_avg_pool2d", &Tracer::adaptive_pool},
      {"aten::mean", &Tracer::mean},
      {"aten::view", &Tracer::reshape},
      {"aten::reshape", &Tracer::reshape},
      {"aten::flatten", &Tracer::reshape},
      {"aten::unsqueeze", &Tracer::reshape},
      {"aten::squeeze", &Tracer::reshape},
      {"aten::permute", &Tracer::permute},
      {"aten::transpose", &Tracer::permute},
      {"aten::narrow", &Tracer::narrow},
      {"aten::upsample_bilinear2d", &Tracer::resize},
      {"aten::contiguous", &Tracer::same_value},
      {"aten::to", &Tracer::same_value},
      {"aten::clone", &Tracer::same_value},
  };
  return all;
}

bool Tracer::depends_on_input(const Call& call) const {
  return std::any_of(call.in.begin(), call.in.end(), [this](const c10::IValue& in) {
    if (in.isTensor()) return in.toTensor().defined() && is_variable(in.toTensor());
    if (!in.isTensorList()) return false;
    const auto list = in.toTensorVector();
    return std::any_of(list.begin(), list.end(), [this](const at::Tensor& t) { return is_variable(t); });
  });
}

void Tracer::add(const Call& call, const std::vector<TracedSizes>& sizes) {
  for (std::size_t i = 0; i < call.out.size(); ++i) {
    if (!call.out[i].isTensor()) continue;
    const at::Tensor out = call.out[i].toTensor();
    kept_.push_back(out);
    sizes_.try_emplace(out.unsafeGetTensorImpl(), sizes.at(i));
  }
  if (!depends_on_input(call)) return;  // its result is a constant
  const auto handler = handlers().find(call.name);
  if (handler == handlers().end())
    throw Error(Exit::internal, "the operator {} cannot be exported", call.name);
  (this->*handler->second)(call);
}

std::vector<TraceStep> steps_of(Network& network, const at::Tensor& images) {
  std::vector<TraceStep> steps;
  observe_calls([&] { network.forward(images); },
                [&](const Call& call) { steps.push_back(trace_step(call)); });
  return steps;
}

at::Tensor images_of(std::int64_t channels, const std::array<std::int64_t, 2>& size) {
  return at::zeros({1, channels, size[0], size[1]});
}

Graph trace_at(Network& network, std::int64_t channels,
               const std::array<std::array<std::int64_t, 2>, kTracedSizes.size()>& sizes) {
  const Evaluating evaluating(network);
  const LiteralAttention literal;
  std::map<std::size_t, std::vector<TraceStep>> others;  // for images of the other sizes, if they are others
  for (std::size_t i = 1; i < sizes.size(); ++i)
    if (sizes[i] != sizes[0]) others[i] = steps_of(network, images_of(channels, sizes[i]));
  Tracer tracer(network);
  const at::Tensor images = images_of(channels, sizes[0]);
  tracer.input(images, {TracedSize::always(1),
                        TracedSize::always(channels),
                        {{sizes[0][0], sizes[1][0], sizes[2][0]}},
                        {{sizes[0][1], sizes[1][1], sizes[2][1]}}});
  std::size_t next = 0;
  Prediction prediction;
  observe_calls([&] { prediction = network.forward(images); },
                [&](const Call& call) {
                  TracedCall traced;
                  traced.fill(trace_step(call));
                  for (const auto& [i, steps] : others)
                    traced[i] = next < steps.size() ? steps[next] : TraceStep();
                  tracer.add(call, sizes_in(traced));
                  ++next;
                });
  for (const auto& [i, steps] : others) expect_same_steps(steps.size() == next);
  tracer.output(prediction.mask_logits, "mask_logits");
  tracer.output(prediction.class_logits, "class_logits");
  return tracer.finished();
}

}  // namespace

Graph trace(Network& network, std::int64_t channels, std::int64_t side) {
  return trace_at(network, channels, {{{side, side}, {side, side}, {side, side}}});
}

Graph trace_any_size(Network& network, std::int64_t channels) {
  return trace_at(network, channels, kTracedSizes);
}

}  // namespace tn
