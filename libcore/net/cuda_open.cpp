#include <dlfcn.h>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/module.hpp"
#include "libcore/net/cuda_border.hpp"

namespace tn {
namespace {

constexpr ModuleName kName{"the CUDA component", "the CUDA component is"};

std::string component_path() {
  return executable_folder() + "/" TN_CUDA_MODULE;
}

CudaComponent open_component() {
  if (!path_exists(component_path()))
    return {nullptr, "this build has no CUDA component (built without the CUDA toolkit)"};
  try {
    void* module = open_module(component_path(), RTLD_NOW | RTLD_LOCAL, kName);
    return {&border_of<CudaBorder>(module, "tn_cuda_border", kCudaBorder, kName), ""};
  } catch (const Error& error) {
    return {nullptr, error.what()};
  }
}

}  // namespace

const CudaComponent& try_cuda_component() {
  static const CudaComponent component = open_component();
  return component;
}

const CudaBorder& cuda_component() {
  const CudaComponent& component = try_cuda_component();
  if (component.border == nullptr) throw Error(Exit::usage, "{}", component.failure);
  return *component.border;
}

}  // namespace tn
