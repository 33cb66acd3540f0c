#include "libcore/net/saved_network.hpp"

#include "libcore/base/error.hpp"
#include "libcore/data/model_file.hpp"
#include "libcore/net/registry.hpp"
#include "libcore/net/weights.hpp"

namespace tn {
namespace {

// What is a wrong command line elsewhere is a wrong file here.
std::shared_ptr<Network> network_of(const NetOptions& options, const std::string& model) {
  try {
    return make_network(options);
  } catch (const Error& error) {
    throw Error(error.exit_code() == Exit::usage ? Exit::bad_data : error.exit_code(), "{}: {}", model,
                error.what());
  }
}

}  // namespace

SavedNetwork load_network(const std::string& model) {
  SavedNetwork saved{model_spec_from_json(read_model_index(model).meta, model), nullptr};
  saved.network = network_of(saved.spec.net, model);
  load_safetensors_into(*saved.network, model);
  return saved;
}

}  // namespace tn
