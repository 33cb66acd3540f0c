#include "libcore/net/network.hpp"

#include "libcore/base/error.hpp"

namespace tn {

void expect_side(const at::Tensor& images, std::int64_t least) {
  if (images.size(2) < least || images.size(3) < least)
    throw Error(Exit::bad_data, "image of {}x{} px is too small for the network: at least {}x{} px",
                images.size(3), images.size(2), least, least);
}

// One channel is in both orders at once, and its strides decide which one the convolutions then keep:
// contiguous() leaves them as they are.
at::Tensor in_channels_last(const at::Tensor& images) {
  if (images.size(1) != 1) return images.contiguous(at::MemoryFormat::ChannelsLast);
  return images.reshape({images.size(0), images.size(2), images.size(3), 1}).permute({0, 3, 1, 2});
}

at::Tensor Network::watched(const at::Tensor& features) {
  if (!watches_) return features;
  deepest_ = features.detach().set_requires_grad(true);
  return deepest_;
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
