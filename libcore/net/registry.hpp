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

// A network with LibTorch's default values (see initialise.hpp) in training mode. Throws Error(usage) for an
// unknown name, naming the known ones, and for options that contradict each other or are out of range.
std::shared_ptr<Network> make_network(const NetOptions& options);

}  // namespace tn
