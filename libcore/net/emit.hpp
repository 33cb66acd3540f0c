// What tn-infer tells of a mask: files in its folder, and the record's "pred".
#pragma once

#include <nlohmann/json.hpp>
#include <opencv2/core/mat.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "libcore/data/record.hpp"
#include "libcore/image/regions.hpp"

namespace tn {

// Files, below a folder: mask ID.png ({0,255}), prob ID.prob.png (16 bits, 65535 is 1), npy ID.npy (float32),
// labelme ID.json. In the record: rle, box and polygon (regions, with area and axes). classes: nothing but
// what is there anyway.
enum class Output { mask, prob, npy, labelme, rle, box, polygon, classes };

// From "mask,box". Throws Error(usage) for an unknown or repeated word, and for `class` beside others.
std::vector<Output> parse_outputs(std::string_view list);
std::string outputs_text(const std::vector<Output>& outputs);  // as parse_outputs() reads it
bool is_file(Output output);

struct EmitOptions {
  std::vector<Output> outputs;  // none: the mask where there is a folder
  Cleaning cleaning;
  std::string folder;  // empty: no file is written
  std::string root;    // recorded paths are relative to it, if there is one
  bool force = false;
};

void check(const EmitOptions& options);  // throws Error(usage)

// Whether anything of the mask is asked for.
bool wants_mask(const EmitOptions& options);

// Writes the files (renamed into place, not synced) and returns "pred". `probability` is on the original
// grid, a pixel is nodule from `threshold` on. Throws Error(cannot_create | io) for a file, Error(bad_data)
// for a spacing that is none.
nlohmann::ordered_json emit_prediction(const Record& record, const cv::Mat1f& probability, double threshold,
                                       const EmitOptions& options);

}  // namespace tn
