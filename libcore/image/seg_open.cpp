#include <dlfcn.h>

#include "libcore/base/file.hpp"
#include "libcore/base/module.hpp"
#include "libcore/image/seg_border.hpp"

namespace tn {
namespace {

constexpr ModuleName kName{"the writer of DICOM", "the writer of DICOM is"};

const SegBorder& load() {
  const std::string path = executable_folder() + "/" TN_SEG_MODULE;
  if (!path_exists(path))
    throw Error(Exit::usage, "this build cannot write DICOM: it was made without -DTN_DCMTK=ON");
  return border_of<SegBorder>(open_module(path, RTLD_NOW | RTLD_LOCAL, kName), "tn_seg_border", kSegBorder,
                              kName);
}

}  // namespace

std::string encode_segmentation(const SegmentationInput& input, const std::string& name) {
  static const SegBorder& border = load();  // never closed
  std::string file;
  const SegFailure failure = border.encode(input, file);
  if (failure.code != Exit::ok) throw Error(failure.code, "{}: {}", name, failure.text);
  return file;
}

}  // namespace tn
