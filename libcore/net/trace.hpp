// A network's forward pass written down as a graph.
#pragma once

#include <cstdint>

#include "libcore/net/graph.hpp"
#include "libcore/net/network.hpp"

namespace tn {

// In evaluation mode, for images of channels x side x side and any number of them; outputs "mask_logits" and
// "class_logits", those that the network has. Attention is the literal formula, whose map the engine may hold
// whole. What depends on weights alone is computed now. Throws Error(internal) for an operator that has no
// counterpart, and Error(usage) where the size has none (SegNet's unpooling of odd sizes).
Graph trace(Network& network, std::int64_t channels, std::int64_t side);

}  // namespace tn
