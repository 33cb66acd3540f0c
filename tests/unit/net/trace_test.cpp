#include "libcore/net/trace.hpp"

#include <gtest/gtest.h>

#include <set>

#include "libcore/net/registry.hpp"

namespace tn {
namespace {

class TraceEach : public testing::TestWithParam<std::string> {};

// Every input is there before the node that takes it, and every name is given once.
TEST_P(TraceEach, IsAWholeGraph) {
  const auto network = make_network(whole_network(GetParam()));
  const Graph graph = trace(*network, 1, 64);
  std::set<std::string> known{"", graph.input.name};
  for (const GraphConstant& constant : graph.constants)
    EXPECT_TRUE(known.insert(constant.name).second) << constant.name;
  for (const GraphNode& node : graph.nodes) {
    for (const std::string& input : node.inputs)
      EXPECT_TRUE(known.count(input) > 0) << node.op << " takes " << input;
    for (const std::string& output : node.outputs) EXPECT_TRUE(known.insert(output).second) << output;
  }
  ASSERT_FALSE(graph.outputs.empty());
  for (const GraphValue& output : graph.outputs) EXPECT_TRUE(known.count(output.name) > 0);
}
INSTANTIATE_TEST_SUITE_P(Architectures, TraceEach, testing::ValuesIn(architecture_names()),
                         [](const auto& one) {
                           std::string name = one.param;
                           for (char& c : name)
                             if (c == '-') c = '_';
                           return name;
                         });

}  // namespace
}  // namespace tn
