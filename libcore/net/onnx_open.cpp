#include <dlfcn.h>

#include "libcore/base/file.hpp"
#include "libcore/base/module.hpp"
#include "libcore/net/onnx_border.hpp"

namespace tn {
namespace {

constexpr ModuleName kName{"the writer of ONNX", "the writer of ONNX is"};

const OnnxBorder& open_onnx() {
  const std::string path = executable_folder() + "/" TN_ONNX_MODULE;
  if (!path_exists(path))
    throw Error(Exit::usage, "this build cannot write ONNX: it was made without -DTN_ONNX=ON");
  // Bound to itself: LibTorch has a protobuf too.
  void* module = open_module(path, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND, kName);
  return border_of<OnnxBorder>(module, "tn_onnx_border", kOnnxBorder, kName);
}

}  // namespace

std::string encode_onnx(const Graph& graph, const std::string& document) {
  std::string file;
  const OnnxFailure failure = open_onnx().encode(graph, document, file);
  if (failure.code != Exit::ok) throw Error::of(failure.code, failure.text);
  return file;
}

}  // namespace tn
