// How much work a network is.
#pragma once

#include <cstdint>

#include "libcore/net/network.hpp"

namespace tn {

// Multiply-adds, and the exponentials of position attention: one for each pair of pixels.
struct Work {
  std::int64_t attention = 0;  // position attention's products over all pairs of pixels
  std::int64_t others = 0;     // convolutions (biases not counted), fully connected layers, matrix products
  std::int64_t exponentials = 0;
};

// Of a forward pass in evaluation mode over one image of channels x side x side; pooling, normalisation and
// resizing are not counted. Counted from the shapes that arrive at the operators when a batch of no image
// goes through the network, so that nothing is computed. The network's mode stays.
Work count_work(Network& network, std::int64_t channels, std::int64_t side);

// All multiply-adds of count_work.
std::int64_t count_multiply_adds(Network& network, std::int64_t channels, std::int64_t side);

}  // namespace tn
