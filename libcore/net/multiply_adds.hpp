// How much work a network is.
#pragma once

#include <cstdint>

#include "libcore/net/network.hpp"

namespace tn {

// Multiply-adds of a forward pass in evaluation mode over one image of channels x side x side: those of
// convolutions (biases not counted), fully connected layers and matrix products, attention over all pairs of
// pixels included; pooling, normalisation and resizing are not counted. Counted from the shapes that arrive
// at the operators when a batch of no image goes through the network, so that nothing is computed. The
// network's mode stays.
std::int64_t count_multiply_adds(Network& network, std::int64_t channels, std::int64_t side);

}  // namespace tn
