// libtn_onnx.so: a graph as ONNX's own types.
#include <fmt/format.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include <algorithm>
#include <exception>

#include "libcore/base/version.hpp"
#include "libcore/net/onnx_border.hpp"

namespace tn {
namespace {

struct Version {
  int ir, opset;
};
constexpr Version kFixed{7, 13};  // ONNX 1.8
// ONNX 1.12: ONNX Runtime (1.32) cannot derive the shapes of version 13's resizing to sizes that are
// computed.
constexpr Version kDynamic{8, 17};

bool has_free_size(const GraphValue& value) {
  return std::count(value.shape.begin(), value.shape.end(), kFreeSize) > 0;
}

constexpr const char* kFree[] = {"images", "channels", "height", "width"};  // names of free dimensions

void set(onnx::ValueInfoProto& info, const GraphValue& value) {
  info.set_name(value.name);
  onnx::TypeProto_Tensor& type = *info.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto_DataType_FLOAT);
  for (std::size_t i = 0; i < value.shape.size(); ++i) {
    auto& dimension = *type.mutable_shape()->add_dim();
    if (i == 0 || value.shape[i] == kFreeSize)
      dimension.set_dim_param(kFree[i]);
    else
      dimension.set_dim_value(value.shape[i]);
  }
}

void set(onnx::TensorProto& tensor, const GraphConstant& constant) {
  tensor.set_name(constant.name);
  for (const std::int64_t size : constant.shape) tensor.add_dims(size);
  const auto raw = [&](const auto& values) {
    tensor.set_raw_data(values.data(), values.size() * sizeof(values[0]));
  };
  tensor.set_data_type(constant.values.index() == 0 ? onnx::TensorProto_DataType_FLOAT
                                                    : onnx::TensorProto_DataType_INT64);
  std::visit(raw, constant.values);
}

void set(onnx::AttributeProto& proto, const GraphAttribute& attribute) {
  proto.set_name(attribute.first);
  struct {
    onnx::AttributeProto& proto;
    void operator()(std::int64_t value) const {
      proto.set_type(onnx::AttributeProto_AttributeType_INT);
      proto.set_i(value);
    }
    void operator()(float value) const {
      proto.set_type(onnx::AttributeProto_AttributeType_FLOAT);
      proto.set_f(value);
    }
    void operator()(const std::string& value) const {
      proto.set_type(onnx::AttributeProto_AttributeType_STRING);
      proto.set_s(value);
    }
    void operator()(const std::vector<std::int64_t>& values) const {
      proto.set_type(onnx::AttributeProto_AttributeType_INTS);
      for (const std::int64_t value : values) proto.add_ints(value);
    }
  } const setter{proto};
  std::visit(setter, attribute.second);
}

onnx::ModelProto model_of(const Graph& graph, const std::string& document) {
  onnx::ModelProto model;
  const Version version = has_free_size(graph.input) ? kDynamic : kFixed;
  model.set_ir_version(version.ir);
  model.set_producer_name("tn-infer");
  model.set_producer_version(std::string(tn::version()));
  auto& opset = *model.add_opset_import();
  opset.set_domain("");
  opset.set_version(version.opset);
  auto& metadata = *model.add_metadata_props();
  metadata.set_key("tn");
  metadata.set_value(document);
  onnx::GraphProto& proto = *model.mutable_graph();
  proto.set_name("tn");
  set(*proto.add_input(), graph.input);
  for (const GraphValue& output : graph.outputs) set(*proto.add_output(), output);
  for (const GraphConstant& constant : graph.constants) set(*proto.add_initializer(), constant);
  for (const GraphNode& node : graph.nodes) {
    onnx::NodeProto& one = *proto.add_node();
    one.set_name(node.outputs.front());
    one.set_op_type(node.op);
    for (const std::string& input : node.inputs) one.add_input(input);
    for (const std::string& output : node.outputs) one.add_output(output);
    for (const GraphAttribute& attribute : node.attributes) set(*one.add_attribute(), attribute);
  }
  return model;
}

class OnnxModule : public OnnxBorder {
 public:
  int version() const noexcept override { return kOnnxBorder; }
  OnnxFailure encode(const Graph& graph, const std::string& document,
                     std::string& file) const noexcept override {
    try {
      onnx::ModelProto model = model_of(graph, document);
      onnx::checker::check_model(model);
      onnx::ModelProto inferred = model;
      onnx::shape_inference::InferShapes(inferred, onnx::OpSchemaRegistry::Instance(), {true, 1, true});
      if (!model.SerializeToString(&file))
        return {Exit::internal, "the model is too large for one file of ONNX"};
      return {};
    } catch (const std::exception& error) {
      return {Exit::internal, fmt::format("ONNX refuses the network: {}", error.what())};
    }
  }
};

}  // namespace
}  // namespace tn

extern "C" __attribute__((visibility("default"))) const tn::OnnxBorder* tn_onnx_border() noexcept {
  static const tn::OnnxModule module;
  return &module;
}
