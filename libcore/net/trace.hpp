// A network's forward pass written down as a graph.
#pragma once

#include <array>
#include <cstdint>

#include "libcore/net/graph.hpp"
#include "libcore/net/network.hpp"

namespace tn {

// In evaluation mode, for images of channels x side x side and any number of them; outputs "mask_logits" and
// "class_logits", those that the network has. Attention is the literal formula, whose map the engine may hold
// whole. What depends on weights alone is computed now. Throws Error(internal) for an operator that has no
// counterpart, and Error(usage) where the size has none (SegNet's unpooling of odd sizes).
Graph trace(Network& network, std::int64_t channels, std::int64_t side);

// The same for images of any size that the network takes. Throws Error(usage) for SegNet's unpooling and for
// PSPNet's pooling to a grid.
Graph trace_any_size(Network& network, std::int64_t channels);

// Heights and widths that a network for any size is traced at. Halved up to five times, rounded up or down
// each time, a side never has three equal numbers, nor those of the other side or of another halving; and up
// to two halvings each way of rounding gives its own. So numbers tell which sizes are one.
constexpr std::array<std::array<std::int64_t, 2>, 3> kTracedSizes{{{77, 45}, {42, 82}, {43, 51}}};

}  // namespace tn
