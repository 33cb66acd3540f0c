// Runs a graph as ONNX's operators are defined, by LibTorch's: an engine of our own for tests.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>

#include "libcore/net/graph.hpp"

namespace tn::test {

// The graph's outputs by their names. Throws std::runtime_error for an operator or a form that it does not
// know.
std::map<std::string, at::Tensor> run_graph(const Graph& graph, const at::Tensor& images);

}  // namespace tn::test
