#include "libcore/net/trace.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/rand.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <set>
#include <utility>
#include <vector>

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
    EXPECT_LE(test::largest_difference(found.at(name), values), 1e-3 * values.abs().max().item<double>())
        << name << " at " << height << " x " << width;
  };
  expect_like("mask_logits", expected.mask_logits);
  expect_like("class_logits", expected.class_logits);
}

std::shared_ptr<Network> filled(const NetOptions& options) {
  auto network = make_network(options);
  test::fill_by_formula(*network);
  network->eval();
  return network;
}

class TraceEach : public testing::TestWithParam<std::string> {};

TEST_P(TraceEach, AnswersAsTheNetwork) {
  const auto network = filled(whole_network(GetParam()));
  expect_like_network(trace(*network, 1, 64), *network, 64, 64);
}

// Sizes that are halved exactly and such that are not, neither of them one at which it was traced.
void expect_any_size(const NetOptions& options) {
  const auto network = filled(options);
  const Graph graph = trace_any_size(*network, 1);
  EXPECT_EQ(graph.input.shape, (std::vector<std::int64_t>{1, 1, kFreeSize, kFreeSize}));
  for (const auto& [height, width] : {std::pair{64, 64}, {96, 64}, {71, 90}, {85, 67}, {47, 101}})
    expect_like_network(graph, *network, height, width);
}

TEST_P(TraceEach, AnswersAsTheNetworkForAnySize) {
  NetOptions options = whole_network(GetParam());
  if (GetParam() == "segnet" || GetParam() == "pspnet-r50") {
    const auto network = make_network(options);
    try {
      trace_any_size(*network, 1);
      FAIL() << "is exported";
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_code(), Exit::usage) << error.what();
    }
    options.mask_head = false;  // which alone needs a fixed size
  }
  expect_any_size(options);
}

TEST(Trace, PooledAttentionAnswersForAnySize) {
  NetOptions options = whole_network("ffanet-tiny");
  for (const std::int64_t pool : {2, 4}) {
    options.attention_pool = pool;
    expect_any_size(options);
  }
}

// All numbers that halvings of a side give, rounded up (1) and down (0), with how often it was halved.
std::map<std::array<std::int64_t, 3>, std::set<std::vector<int>>> halvings(std::size_t side) {
  std::map<std::array<std::int64_t, 3>, std::set<std::vector<int>>> all;
  const auto add = [&](const auto& self, std::array<std::int64_t, 3> sizes, std::vector<int> way) -> void {
    all[sizes].insert(way);
    if (way.size() == 5) return;
    way.push_back(0);
    for (const int up : {0, 1}) {
      std::array<std::int64_t, 3> halves = sizes;
      for (std::int64_t& size : halves) size = (size + up) / 2;
      way.back() = up;
      self(self, halves, way);
    }
  };
  add(add, {kTracedSizes[0][side], kTracedSizes[1][side], kTracedSizes[2][side]}, {});
  return all;
}

TEST(Trace, NumbersTellWhichSizesAreOne) {
  const auto heights = halvings(0), widths = halvings(1);
  for (const auto* all : {&heights, &widths})
    for (const auto& [sizes, ways] : *all) {
      EXPECT_FALSE(sizes[0] == sizes[1] && sizes[0] == sizes[2]) << "a free size that looks fixed";
      std::set<std::size_t> often;
      std::size_t few = 0;
      for (const std::vector<int>& way : ways) {
        often.insert(way.size());
        few += way.size() <= 2 ? 1 : 0;
      }
      EXPECT_EQ(often.size(), 1U) << "two levels look alike";
      EXPECT_LE(few, 1U) << "two ways of rounding look alike";
    }
  for (const auto& [sizes, ways] : heights)
    EXPECT_EQ(widths.count(sizes), 0U) << "a height looks like a width";
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
