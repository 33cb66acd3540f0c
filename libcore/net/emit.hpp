// What tn-infer tells of a mask: files in its folder, and the record's "pred".
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <opencv2/core/mat.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "libcore/data/record.hpp"
#include "libcore/image/regions.hpp"

namespace tn {

// Files, below a folder: mask ID.png ({0,255}), prob ID.prob.png (16 bits, 65535 is 1), npy ID.npy (float32),
// labelme ID.json, seg ID.seg.dcm (a DICOM segmentation), cam ID.cam-mask.png, ID.cam-class.png and
// ID.cam-plain.png (255 is the highest). In the record: rle, box and polygon (regions, with area and axes).
// classes: nothing but what is there anyway.
enum class Output { mask, prob, npy, labelme, seg, cam, rle, box, polygon, classes };

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

// Whether anything of the mask is asked for; whether this is.
bool wants_mask(const EmitOptions& options);
bool wants(const EmitOptions& options, Output output);

// Throws Error(bad_data) for an id of which one file would have the name of another id's file of another
// kind: the mask of "a.prob" that of the probabilities of "a". So no two records ever meet in one file.
void check_file_names(const std::string& id, const EmitOptions& options);

struct OutputFile {
  std::string name;  // below the folder
  std::string bytes;
};

// What is told of one record: its "pred", and files that are still to be written.
struct Emitted {
  nlohmann::ordered_json pred = nlohmann::ordered_json::object();
  std::vector<OutputFile> files;
};

// The DICOM file of a record's image, which its segmentation refers to, and what drew that.
struct DicomSource {
  std::string bytes;
  std::int64_t frame = 0;
  std::string model;
};

// `probability` is on the original grid, a pixel is nodule from `threshold` on; `dicom` is needed for a
// segmentation. Throws Error(bad_data) for a spacing that is none, or DICOM that lacks what is referred to.
void emit_prediction(Emitted& emitted, const Record& record, const cv::Mat1f& probability, double threshold,
                     const EmitOptions& options, const DicomSource* dicom = nullptr);

// A map on the original grid, in [0,1], where 0 stands for `lowest` and 1 for `highest`. `head` is mask,
// class or plain.
struct EmittedMap {
  std::string head;
  cv::Mat1f map;
  double lowest = 0;
  double highest = 0;
};
void emit_map(Emitted& emitted, const Record& record, const EmittedMap& map, const EmitOptions& options);

// Writes the files beside their places, calls `before_they_appear`, and renames them (not synced). Throws
// Error(cannot_create | io); cannot_create for one that is there already, unless `force`, before the call.
void write_files(const std::vector<OutputFile>& files, const std::string& folder, bool force,
                 const std::function<void()>& before_they_appear);

}  // namespace tn
