// One record on its way through tn-infer: its frame, the network's answer, what is written of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libcore/data/record.hpp"
#include "libcore/image/preprocess.hpp"
#include "libcore/net/api.hpp"
#include "libcore/net/infer.hpp"

namespace tn {

// A record with frames goes through the network; without them (it failed here or before, or its answer is
// known) it is passed on. Several frames are windows of one image.
struct InferItem {
  Record record;
  std::optional<std::string> image = {};  // the bytes, of a record that has no path
  std::vector<Frame> frames = {};
  std::vector<NetOutput> outputs = {};    // of each frame
  ActivationMaps maps = {};               // of the only frame
  std::optional<DicomSource> dicom = {};  // where a segmentation is asked for
  std::string key = {};                   // in the journal
  bool ours = false;                      // what is there of its files was written by an earlier run
  bool recalled = false;                  // told by the journal
  bool wrote = false;                     // files of its own
  bool failed_here = false;
};

// What all records of a stream share. Both must outlive it.
struct InferContext {
  const InferEngine& engine;
  const InferOptions& options;
};

// Throws Error(bad_data) for a record preprocessed otherwise than the model wants, or at all where windows
// are asked for: no fault of the record, the run makes no sense. `place` is for the message.
void expect_same_preprocessing(const Record& record, const InferContext& context, const std::string& place);

// The probability from which a pixel is nodule.
double mask_threshold(const InferContext& context);

// Decodes and, for a raw image, preprocesses; or recalls the answer from the journal. What another model said
// of the record goes: a record never mixes two models' answers. An image that cannot be used makes the record
// an error record. Throws Error(cannot_create) where a file is another than the journal says.
void prepare(InferItem& item, const InferContext& context);

// What is told of the mask on the original grid, written (renamed into place, not synced), and the record's
// prediction. An answer that is not finite makes the record an error record. Throws Error(cannot_create | io)
// for files.
void finish(InferItem& item, const InferContext& context);

}  // namespace tn
