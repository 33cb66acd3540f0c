// What libtn_dcmtk.so exports: masks as DICOM segmentations, in one call that never throws. DCMTK takes 30 ms
// to load, so it is opened when the first is written.
#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <string>
#include <string_view>

#include "libcore/base/error.hpp"

namespace tn {

struct SegmentationInput {
  std::string_view source;  // bytes of the DICOM file that the mask belongs to
  std::int64_t frame = 0;   // of that file, from 0
  cv::Mat1b mask;           // of its size; > 0 is nodule
  std::string_view model;   // what drew it: the model's hash
  std::string_view version;
};

struct SegFailure {
  Exit code = Exit::ok;
  std::string text;
};

// Both sides are built from the same sources: kSegBorder tells an old library from a new program.
constexpr int kSegBorder = 1;

class SegBorder {
 public:
  virtual ~SegBorder() = default;
  virtual int version() const noexcept = 0;
  // A binary segmentation (PS3.3 A.51) of one segment and one frame that refers to the source, whose patient,
  // study and frame of reference are its own. Equal input gives equal bytes: UIDs are hashes, dates are the
  // source's. Any number of threads.
  virtual SegFailure encode(const SegmentationInput& input, std::string& file) const noexcept = 0;
};

// Opens the library on the first call. Any number of threads. Throws Error(bad_data) "NAME: reason" for a
// source that lacks what a segmentation must refer to, Error(usage) in a build without DCMTK,
// Error(internal).
std::string encode_segmentation(const SegmentationInput& input, const std::string& name);

}  // namespace tn

extern "C" const tn::SegBorder* tn_seg_border() noexcept;
