// A model file as a network.
#pragma once

#include <memory>
#include <string>

#include "libcore/net/model_spec.hpp"
#include "libcore/net/network.hpp"

namespace tn {

struct SavedNetwork {
  ModelSpec spec;
  std::shared_ptr<Network> network;  // with the file's weights
};

// Throws Error(no_input | bad_data) "FILE: reason" for a file that is not a model of a known architecture.
SavedNetwork load_network(const std::string& model);

}  // namespace tn
