// One record on its way through tn-infer: its frame, the network's answer, what is written of it.
#pragma once

#include <opencv2/core/mat.hpp>
#include <string>

#include "libcore/data/record.hpp"
#include "libcore/image/placement.hpp"
#include "libcore/net/api.hpp"
#include "libcore/net/infer.hpp"

namespace tn {

// A record with a frame goes through the network; without one (it failed here or before) it is passed on.
struct InferItem {
  Record record;
  cv::Mat1b frame = {};
  Placement placement = {};
  NetOutput output = {};
  bool failed_here = false;
};

// What all records of a stream share. Both must outlive it.
struct InferContext {
  const ModelSpec& model;
  const std::string& model_hash;
  const InferOptions& options;
};

// Throws Error(bad_data) for a record preprocessed otherwise than the model wants: no fault of the record,
// the run makes no sense. `place` is for the message.
void expect_same_preprocessing(const Record& record, const ModelSpec& model, const std::string& place);

// Decodes and, for a raw image, preprocesses. What another model said of the record goes: a record never
// mixes two models' answers. An image that cannot be used makes the record an error record.
void prepare(InferItem& item, const InferContext& context);

// The mask on the original grid, written (renamed into place, not synced), and the record's prediction. An
// answer that is not finite makes the record an error record. Throws Error(cannot_create | io) for the mask.
void finish(InferItem& item, const InferContext& context);

}  // namespace tn
