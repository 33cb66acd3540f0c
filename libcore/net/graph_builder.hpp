// A graph that is written step by step: names, constants, and sizes that are known at run time alone.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libcore/net/graph.hpp"

namespace tn {

// A size of a tensor in three traces of a network, for images of different sizes: where its numbers differ it
// follows the images' size.
struct TracedSize {
  std::array<std::int64_t, 3> in{};
  bool is_free() const { return in[0] != in[1] || in[0] != in[2]; }
  static TracedSize always(std::int64_t size) { return {{size, size, size}}; }
  auto operator<=>(const TracedSize&) const = default;
};
using TracedSizes = std::vector<TracedSize>;

bool any_free(const TracedSizes& sizes);

class GraphBuilder {
 public:
  void input(const std::string& name, const TracedSizes& sizes);
  // A free size must be the input's height or width, in its place. Throws Error(internal).
  void output(const std::string& value, const std::string& name, const TracedSizes& sizes);

  // These return the name of what they add.
  std::string node(const std::string& op, std::vector<std::string> inputs,
                   std::vector<GraphAttribute> attributes = {});
  std::string second_output();  // of the last node
  std::string constant(const std::vector<std::int64_t>& values);
  std::string constant(const std::vector<std::int64_t>& shape, std::vector<float> values);
  void constant(const std::string& name, const std::vector<std::int64_t>& shape, std::vector<float> values);
  std::string fresh(std::string_view what);

  // An int64 tensor of these sizes: a constant where none is free. A free one is taken from a value that has
  // it, given to sized() before. Throws Error(internal) where none has it.
  std::string sizes(const TracedSizes& sizes);
  std::string size_of(const std::string& value, std::int64_t axis);  // int64 [1]
  std::string joined(const std::vector<std::string>& parts);         // of int64 tensors
  void sized(const std::string& value, const TracedSizes& sizes);

  Graph finished() { return std::move(graph_); }

 private:
  struct Place {
    std::string value;
    std::int64_t axis;
  };

  Graph graph_;
  TracedSizes input_;
  std::map<TracedSize, Place> places_;  // the first value that has that free size
  std::map<std::string, std::string> shapes_, sizes_;
  int next_ = 1;
};

}  // namespace tn
