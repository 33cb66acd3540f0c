#include "libcore/net/network.hpp"

#include "libcore/net/initialise.hpp"

namespace tn {

Network::Network() : generator_(make_generator(0)) {}

void Network::reseed(std::uint64_t seed) {
  generator_.set_current_seed(seed);
}

std::int64_t count_parameters(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const at::Tensor& parameter : module.parameters()) count += parameter.numel();
  return count;
}

void to_channels_last(torch::nn::Module& module) {
  for (const at::Tensor& parameter : module.parameters())
    if (parameter.dim() == 4) parameter.set_data(parameter.data().contiguous(at::MemoryFormat::ChannelsLast));
}

}  // namespace tn
