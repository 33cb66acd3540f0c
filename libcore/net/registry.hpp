// Networks by name.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libcore/net/network.hpp"
#include "libcore/net/options.hpp"

namespace tn {

// The names that make_network() knows, in the order of their documentation.
std::vector<std::string> architecture_names();

// The network of that name with every head it can have: mask and class, or of a classifier the class alone.
// Throws Error(usage) for an unknown name, naming the known ones.
NetOptions whole_network(const std::string& name);

// A network with LibTorch's default values (see initialise.hpp) in training mode. Throws Error(usage) for an
// unknown name, naming the known ones, for options that contradict each other or are out of range, and for
// those that the network does not have: a mask of a classifier, an ablation of anything but FFANet.
std::shared_ptr<Network> make_network(const NetOptions& options);

}  // namespace tn
