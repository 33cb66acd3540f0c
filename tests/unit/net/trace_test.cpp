#include "libcore/net/trace.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/rand.h>
#include <gtest/gtest.h>

#include <set>

#include "libcore/base/error.hpp"
#include "libcore/net/registry.hpp"
#include "tests/unit/net/graph_runner.hpp"
#include "tests/unit/net/tensors.hpp"

namespace tn {
namespace {

// Two images of that size, in the graph as in the network, whose weights are by formula.
void expect_like_network(const Graph& graph, Network& network, std::int64_t height, std::int64_t width) {
  const at::NoGradGuard no_grad;
  const at::Tensor images = at::rand({2, 1, height, width});
  const Prediction expected = network.forward(images);
  const auto found = test::run_graph(graph, images);
  const auto expect_like = [&](const char* name, const at::Tensor& values) {
    ASSERT_EQ(found.count(name), values.defined() ? 1U : 0U) << name;
    if (!values.defined()) return;
    ASSERT_EQ(found.at(name).sizes(), values.sizes()) << name;
    EXPECT_LE(test::largest_difference(found.at(name), values), 3e-4 * values.abs().max().item<double>())
        << name << " at " << height << " x " << width;
  };
  expect_like("mask_logits", expected.mask_logits);
  expect_like("class_logits", expected.class_logits);
}

std::shared_ptr<Network> filled(const std::string& name) {
  auto network = make_network(whole_network(name));
  test::fill_by_formula(*network);
  network->eval();
  return network;
}

class TraceEach : public testing::TestWithParam<std::string> {};

TEST_P(TraceEach, AnswersAsTheNetwork) {
  const auto network = filled(GetParam());
  expect_like_network(trace(*network, 1, 64), *network, 64, 64);
}

// Sizes that are halved exactly and such that are not, neither of them one at which it was traced.
TEST_P(TraceEach, AnswersAsTheNetworkForAnySize) {
  const auto network = filled(GetParam());
  if (GetParam() == "segnet" || GetParam() == "pspnet-r50") {
    EXPECT_THROW(trace(*network, 1, {}), Error);
    return;
  }
  const Graph graph = trace(*network, 1, {});
  EXPECT_EQ(graph.input.shape, (std::vector<std::int64_t>{1, 1, kFreeSize, kFreeSize}));
  for (const auto& [height, width] : {std::pair{64, 64}, {96, 64}, {71, 90}, {85, 67}})
    expect_like_network(graph, *network, height, width);
}

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
