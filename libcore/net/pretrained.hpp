// First values out of a file: --init.
#pragma once

#include <string>

#include "libcore/net/api.hpp"
#include "libcore/net/network.hpp"

namespace tn {

// Copies what fits from a safetensors file into the network: a model of these tools, timm's VoVNet or ResNet,
// torchvision's ResNet. Names may stand below `encoder.` in one and not in the other. Filters for three input
// channels become those of one grey channel (for_grey()), and the batch norm after them takes the shift.
// Floating types are converted. Heads of another size are left to the network's own first values. Throws
// Error(bad_data) that names the key for any other shape that differs, and for a file of which nothing but
// heads fits; the network is then unchanged. Throws as load_safetensors() besides.
InitReport load_pretrained(Network& network, const std::string& path);

}  // namespace tn
