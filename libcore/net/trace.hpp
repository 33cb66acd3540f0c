// A network's forward pass written down as a graph.
#pragma once

#include <cstdint>
#include <optional>

#include "libcore/net/graph.hpp"
#include "libcore/net/network.hpp"

namespace tn {

// In evaluation mode, for any number of images, of channels x side x side, or without `side` of any size that
// the network takes; outputs "mask_logits" and "class_logits", those that the network has. Attention is the
// literal formula, whose map the engine may hold whole. What depends on weights alone is computed now. Throws
// Error(internal) for an operator that has no counterpart, and Error(usage) where the size has none (SegNet's
// unpooling of odd sizes; for any size, this unpooling and PSPNet's pooling to a grid).
Graph trace(Network& network, std::int64_t channels, std::optional<std::int64_t> side);

}  // namespace tn
