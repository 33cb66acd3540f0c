// A network's forward pass on a device, recorded once for each shape of its input.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "libcore/net/cuda_border.hpp"
#include "libcore/net/network.hpp"

namespace tn {

// For inference. Shapes beyond the first kMostShapes are computed as ever: each graph keeps its own memory.
class ReplayedNetwork {
 public:
  static constexpr std::size_t kMostShapes = 8;
  using NewGraph = std::function<std::unique_ptr<DeviceGraph>()>;
  using Forward = std::function<Prediction(const at::Tensor& images)>;

  ReplayedNetwork(Forward forward, NewGraph new_graph);

  // As forward(images); what it returns holds until the next call. Throws Error.
  Prediction forward(const at::Tensor& images);

 private:
  struct Recorded {
    Recorded(std::unique_ptr<DeviceGraph> graph_given, at::Tensor images_given)
        : graph(std::move(graph_given)), images(std::move(images_given)) {}
    std::unique_ptr<DeviceGraph> graph;
    at::Tensor images;  // the memory that the graph reads
    Prediction prediction;
  };
  Recorded& record(const at::Tensor& images);

  Forward forward_;
  NewGraph new_graph_;
  std::map<std::vector<std::int64_t>, Recorded> recorded_;  // by shape
};

}  // namespace tn
