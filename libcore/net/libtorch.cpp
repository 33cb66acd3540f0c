#include "libcore/net/libtorch.hpp"

#include <dlfcn.h>

#include <cstdlib>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/module.hpp"

namespace tn {
namespace {

// Bound to itself first: LibTorch brings its own BLAS, and OpenCV has put the system's slow one into the
// program already.
constexpr int kFlags = RTLD_NOW | RTLD_GLOBAL | RTLD_DEEPBIND;

}  // namespace

std::string libtorch_folder() {
  const char* chosen = std::getenv("TN_LIBTORCH");
  const bool is_chosen = chosen != nullptr && *chosen != '\0';
  return is_chosen ? std::string(chosen) + "/lib" : TN_LIBTORCH_FOLDER;
}

void open_libtorch() {
  for (const char* library : {"libc10.so", "libtorch_cpu.so"}) {
    const std::string path = libtorch_folder() + "/" + library;
    if (!path_exists(path))
      throw Error(Exit::no_input, "{}: LibTorch is not there (TN_LIBTORCH names its folder)", path);
    open_module(path, kFlags, {"the network layer", "the network layer is"});
  }
}

void open_libtorch_cuda() {
  open_libtorch();
  for (const char* library : {"libc10_cuda.so", "libtorch_cuda.so"})
    if (::dlopen((libtorch_folder() + "/" + library).c_str(), kFlags) == nullptr)
      throw Error(Exit::usage, "LibTorch's CUDA libraries cannot be opened: {}", ::dlerror());
}

}  // namespace tn
