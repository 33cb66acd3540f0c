// A network as a list of steps, without a torch type: what an exported file is made of.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tn {

// float32 or int64 values, rows first.
struct GraphConstant {
  std::string name;
  std::vector<std::int64_t> shape;
  std::variant<std::vector<float>, std::vector<std::int64_t>> values;
};

using GraphAttribute =
    std::pair<std::string, std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>>>;

// An operator of ONNX 1.8 (opset 13), as it still is in 1.12 (opset 17). An empty input name is one left out.
struct GraphNode {
  std::string op;
  std::vector<std::string> inputs, outputs;
  std::vector<GraphAttribute> attributes;
};

constexpr std::int64_t kFreeSize = -1;  // follows the images' height or width

struct GraphValue {
  std::string name;
  std::vector<std::int64_t> shape;  // the first is the number of images, which stays free
};

struct Graph {
  GraphValue input;  // [N,C,H,W] float32 in [0,1]
  std::vector<GraphValue> outputs;
  std::vector<GraphNode> nodes;  // each after those whose outputs it takes
  std::vector<GraphConstant> constants;
};

}  // namespace tn
