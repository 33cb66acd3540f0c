// What libtn_onnx.so exports: graphs as files of ONNX, in one call that never throws. It is opened when a
// model is exported; ONNX's library brings a protobuf of its own, which must not meet LibTorch's.
#pragma once

#include <string>

#include "libcore/base/error.hpp"
#include "libcore/net/graph.hpp"

namespace tn {

struct OnnxFailure {
  Exit code = Exit::ok;
  std::string text;
};

// Both sides are built from the same sources: kOnnxBorder tells an old library from a new program.
constexpr int kOnnxBorder = 2;

class OnnxBorder {
 public:
  virtual ~OnnxBorder() = default;
  virtual int version() const noexcept = 0;
  // The file's bytes: opset 13, or 17 where height and width are free; names and shapes as in the graph, the
  // number of images free, `document` in the metadata under "tn"; passed by ONNX's own checker and shape
  // inference, whose shapes of the outputs are the graph's.
  virtual OnnxFailure encode(const Graph& graph, const std::string& document,
                             std::string& file) const noexcept = 0;
};

// Opens the library. Throws Error: internal if that fails or the graph is refused.
std::string encode_onnx(const Graph& graph, const std::string& document);

}  // namespace tn

extern "C" const tn::OnnxBorder* tn_onnx_border() noexcept;
