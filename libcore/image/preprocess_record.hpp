// One record's image and mask as frames in a store, and where they are in the record.
#pragma once

#include <string>

#include "libcore/data/record.hpp"
#include "libcore/image/frame_store.hpp"
#include "libcore/image/image_io.hpp"
#include "libcore/image/preprocess.hpp"

namespace tn {

struct PreprocessRecordOptions {
  PreprocessOptions frame;
  DecodeLimits limits;
  std::string root;  // the records' paths start here; empty: at the current folder
};

// The record with "pre":{"image","mask","geometry","hash"} ("mask" null where it has none), "mask_cut" with
// the number of the mask's pixels that a crop left out, and "damage" of a file that was taken all the same;
// its other keys stay. The frame is computed from the image alone. A file that the store holds is not made
// again: its name covers the bytes it comes from and the options. A record that arrives with an error is
// passed on; one whose image or mask is bad becomes an error record of stage "tn-preprocess", code "decode"
// (image), "mask", "input" (not there), "data" (the record itself) or "io". Throws Error(cannot_create | io)
// where a frame cannot be written. Any number of threads.
Record preprocess_record(Record record, const PreprocessRecordOptions& options, const FrameStore& store);

}  // namespace tn
