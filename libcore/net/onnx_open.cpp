#include <dlfcn.h>

#include "libcore/base/file.hpp"
#include "libcore/net/onnx_border.hpp"

namespace tn {
namespace {

const OnnxBorder& open_onnx() {
  const std::string path = executable_folder() + "/" TN_ONNX_MODULE;
  if (!path_exists(path))
    throw Error(Exit::usage, "this build cannot write ONNX: it was made without -DTN_ONNX=ON");
  // Bound to itself: LibTorch has a protobuf too.
  void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
  if (handle == nullptr) throw Error(Exit::internal, "cannot open the writer of ONNX: {}", ::dlerror());
  // dlsym gives a data pointer for what is a function: POSIX allows the cast.
  const auto entry = reinterpret_cast<decltype(&tn_onnx_border)>(::dlsym(handle, "tn_onnx_border"));
  if (entry == nullptr) throw Error(Exit::internal, "cannot open the writer of ONNX: {}", ::dlerror());
  const OnnxBorder& border = *entry();
  if (border.version() != kOnnxBorder)
    throw Error(Exit::internal, "the writer of ONNX is of another build (border {}, expected {})",
                border.version(), kOnnxBorder);
  return border;
}

}  // namespace

std::string encode_onnx(const Graph& graph, const std::string& document) {
  std::string file;
  const OnnxFailure failure = open_onnx().encode(graph, document, file);
  if (failure.code != Exit::ok) throw Error::of(failure.code, failure.text);
  return file;
}

}  // namespace tn
