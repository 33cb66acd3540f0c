#include "libcore/net/infer_record.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/data/manifest.hpp"
#include "libcore/data/one_or_list.hpp"
#include "libcore/image/dicom_file.hpp"
#include "libcore/image/image_io.hpp"
#include "libcore/image/record_image.hpp"
#include "libcore/image/windows.hpp"
#include "libcore/net/infer_journal.hpp"

namespace tn {
namespace {

void fail(InferItem& item, const Error& error) {
  item.record.fail("tn-infer", error.kind(), error.what());
  item.frames.clear();
  item.failed_here = true;
}

// What a record's frames are made of, read but not decoded.
struct Input {
  std::optional<nlohmann::json> pre;  // of a record that is preprocessed already
  ImageSource source;                 // its frame, or the original image
};

Input read_input(const InferItem& item, const InferContext& context) {
  const InferOptions& options = context.options;
  if (item.image) return {{}, {"<stdin>", *item.image, {}, {}}};
  Input input{options.from_raw ? std::nullopt : item.record.json("pre"), {}};
  if (!input.pre) return {{}, read_image_source(item.record, options.emit.root)};
  const nlohmann::json& pre = *input.pre;
  if (!pre.contains("image") || !pre["image"].is_string())
    throw Error(Exit::bad_data, "{}: 'pre' has no image", item.record.id());
  input.source.path = resolve(options.emit.root, pre["image"].get<std::string>());
  input.source.bytes = read_regular_file(input.source.path);
  return input;
}

cv::Mat1b ready_frame(const Input& input, const InferContext& context) {
  cv::Mat1b frame = decode_image(input.source, {context.options.max_pixels});
  const int size = static_cast<int>(context.engine.model.preprocess.size);
  if (frame.cols != size || frame.rows != size)
    throw Error(Exit::bad_data, "{}: {} x {} px, expected {} x {}", input.pre->at("image").get<std::string>(),
                frame.cols, frame.rows, size, size);
  return frame;
}

// The way back to the original grid must start from the model's frame and end in an image of a size that is
// allowed.
void expect_fitting(const Placement& placement, const std::string& id, const InferContext& context) {
  if (placement.size != context.engine.model.preprocess.size)
    throw Error(Exit::bad_data, "{}: its geometry is of a frame of {} px, the model's is {}", id,
                placement.size, context.engine.model.preprocess.size);
  if (std::int64_t{placement.source.width} * placement.source.height > context.options.max_pixels)
    throw Error(Exit::bad_data, "{}: {} x {} px is over the limit of {} pixels", id, placement.source.width,
                placement.source.height, context.options.max_pixels);
}

// The original, whatever the frame is made of: a segmentation refers to it.
DicomSource dicom_of(const InferItem& item, const Input& input, const InferContext& context) {
  DicomSource dicom{input.source.bytes, input.source.frame.value_or(0), context.engine.hash};
  if (input.pre) {
    const ImageSource original = read_image_source(item.record, context.options.emit.root);
    dicom.bytes = original.bytes;
    dicom.frame = original.frame.value_or(0);
  }
  if (!is_dicom(dicom.bytes))
    throw Error(Exit::bad_data, "{}: its image is no DICOM file: --emit seg refers to one", item.record.id());
  return dicom;
}

std::vector<Frame> frames_of(const Input& input, const std::string& id, const InferContext& context) {
  if (input.pre) {
    Frame frame{ready_frame(input, context),
                placement_from_json(input.pre->value("geometry", nlohmann::json()), id)};
    expect_fitting(frame.placement, id, context);
    return {std::move(frame)};
  }
  return preprocess_windows(decode_image(input.source, {context.options.max_pixels}),
                            context.engine.model.preprocess, context.options.windows);
}

// Whether the journal knows the answer; the record then has it.
bool recall(InferItem& item, const Input& input, const InferContext& context) {
  const InferJournal* journal = context.engine.journal;
  if (journal == nullptr) return false;
  item.key = journal->key_of(item.record, input.source.bytes + (item.dicom ? item.dicom->bytes : ""));
  if (!context.options.resume) return false;
  std::string foreign;
  const InferJournal::State state = journal->recall(item.record, item.key, foreign);
  if (state == InferJournal::State::foreign && !context.options.emit.force)
    throw Error(Exit::cannot_create, "{}: is another file than was written here (--force overwrites it)",
                foreign);
  item.ours = state == InferJournal::State::partly;
  return state == InferJournal::State::done;
}

void expect_finite(const NetOutput& output, const std::string& id) {
  const bool finite = (output.probability.empty() || cv::checkRange(output.probability)) &&
                      (!output.p_malignant || std::isfinite(*output.p_malignant));
  if (!finite) throw Error(Exit::internal, "{}: the network's answer is not a finite number", id);
}

// On the original grid; empty if the model draws no mask.
cv::Mat1f whole_map(const InferItem& item) {
  if (item.outputs.front().probability.empty()) return {};
  if (item.frames.size() == 1)
    return restore(item.outputs.front().probability, item.frames.front().placement);
  std::vector<Placement> places;
  for (const Frame& frame : item.frames) places.push_back(frame.placement);
  WindowBlend blend(places.front().source, places);
  for (std::size_t i = 0; i < places.size(); ++i) blend.add(item.outputs[i].probability, places[i]);
  return blend.mean();
}

// What was said of the class: of one frame, or the mean over the windows, each weighted by the nodule that it
// sees (the sum of the probabilities; all alike where the model draws no mask).
std::optional<double> over_windows(const InferItem& item, std::optional<double> NetOutput::*value) {
  if (!(item.outputs.front().*value)) return std::nullopt;
  if (item.outputs.size() == 1) return item.outputs.front().*value;
  double sum = 0, weights = 0;
  for (const NetOutput& output : item.outputs) {
    const double weight = output.probability.empty() ? 1 : cv::sum(output.probability)[0] + 1e-9;
    sum += weight * *(output.*value);
    weights += weight;
  }
  return sum / weights;
}

// Mean over the pixels of the nodule, on the network's grid; null without a nodule.
nlohmann::json spread_in_nodule(const std::vector<NetOutput>& outputs, double threshold) {
  double sum = 0;
  int pixels = 0;
  for (const NetOutput& output : outputs) {
    const cv::Mat1b nodule(output.probability >= threshold);
    const int count = cv::countNonZero(nodule);
    if (count > 0) sum += cv::mean(output.spread, nodule)[0] * count;
    pixels += count;
  }
  return pixels == 0 ? nlohmann::json() : nlohmann::json(sum / pixels);
}

void emit_maps(Emitted& emitted, const InferItem& item, const InferOptions& options) {
  const auto emit = [&](const char* head, const std::optional<ActivationMap>& map) {
    if (map)
      emit_map(emitted, item.record,
               {head, restore(map->map, item.frames.front().placement), map->lowest, map->highest},
               options.emit);
    else
      emitted.pred["cam"][head] = nullptr;
  };
  emit("mask", item.maps.mask);
  emit("class", item.maps.classes);
  emit("plain", item.maps.plain);
}

Emitted emitted_of(const InferItem& item, double threshold, const InferOptions& options) {
  Emitted emitted;
  for (const NetOutput& output : item.outputs) expect_finite(output, item.record.id());
  const NetOutput& first = item.outputs.front();
  if (wants_mask(options.emit) && !first.probability.empty())
    emit_prediction(emitted, item.record, whole_map(item), threshold, options.emit,
                    item.dicom ? &*item.dicom : nullptr);
  if (wants(options.emit, Output::cam)) emit_maps(emitted, item, options);
  if (!first.spread.empty()) emitted.pred["spread"] = spread_in_nodule(item.outputs, threshold);
  const auto add = [&](const char* key, std::optional<double> NetOutput::*value) {
    if (const auto number = over_windows(item, value)) emitted.pred[key] = *number;
  };
  add("p_malignant_raw", &NetOutput::p_malignant_raw);
  add("p_malignant_spread", &NetOutput::p_malignant_spread);
  return emitted;
}

// What the journal does not know of, where it was to go on.
void expect_new(const std::vector<OutputFile>& files, const EmitOptions& options) {
  for (const OutputFile& file : files)
    if (const std::string path = options.folder + "/" + file.name; path_exists(path))
      throw Error(Exit::cannot_create,
                  "{}: is not in the journal with this image, model and options (--force overwrites it)",
                  path);
}

// The paths at that key: of one file, or of a list of them.
std::vector<std::string> paths_at(const Record& record, const char* key) {
  const auto value = record.at(key);
  std::vector<std::string> paths;
  if (value)
    for (const nlohmann::json& one : as_list(*value))
      if (one.is_string()) paths.push_back(one.get<std::string>());
  return paths;
}

// A record's own image and masks are not written over, not even by force.
void expect_no_input(const std::vector<OutputFile>& files, const Record& record, const EmitOptions& options) {
  for (const OutputFile& file : files) {
    const std::string path = options.folder + "/" + file.name;
    if (!path_exists(path)) continue;
    for (const char* key : {"image", "mask", "pre.image", "pre.mask"})
      for (const std::string& input : paths_at(record, key))
        if (takes_place_of(path, resolve(options.root, input)))
          throw Error(Exit::cannot_create, "{}: is '{}' of {}: another --output", path, key, record.id());
  }
}

}  // namespace

double mask_threshold(const InferContext& context) {
  return context.options.threshold.value_or(context.engine.model.mask_threshold);
}

void expect_same_preprocessing(const Record& record, const InferContext& context, const std::string& place) {
  if (context.options.from_raw || record.failed() || record.is_null("pre")) return;
  if (context.options.windows.size > 0)
    throw Error(Exit::bad_data, "{}: is a frame already: --window wants the original (--from-raw)", place);
  const auto hash = record.at("pre.hash").value_or(nlohmann::json());
  const std::string wanted = preprocess_hash(context.engine.model.preprocess);
  if (hash != wanted)
    throw Error(Exit::bad_data,
                "{}: preprocessed with {}, the model wants {} (--from-raw goes back to the original)", place,
                hash.is_string() ? hash.get<std::string>() : hash.dump(), wanted);
}

void prepare(InferItem& item, const InferContext& context) {
  if (item.record.failed()) return;
  for (const char* key : {"pred", "p_malignant", "model"}) item.record.erase(key);
  try {
    check_file_names(item.record.id(), context.options.emit);
    const Input input = read_input(item, context);
    if (wants(context.options.emit, Output::seg)) item.dicom = dicom_of(item, input, context);
    item.recalled = recall(item, input, context);
    if (!item.recalled) item.frames = frames_of(input, item.record.id(), context);
  } catch (const Error& error) {
    if (error.exit_code() == Exit::cannot_create) throw;  // a file of ours, not the record's
    fail(item, error);
  }
}

void finish(InferItem& item, const InferContext& context) {
  if (item.frames.empty()) return;
  Emitted emitted;
  try {
    emitted = emitted_of(item, mask_threshold(context), context.options);
  } catch (const Error& error) {
    if (error.exit_code() != Exit::bad_data && error.exit_code() != Exit::internal) throw;
    fail(item, error);
    return;
  }
  item.record.set_raw("pred", emitted.pred.dump());
  if (const auto p = over_windows(item, &NetOutput::p_malignant)) item.record.set("p_malignant", *p);
  item.record.set("model", context.engine.hash);
  item.wrote = !emitted.files.empty();
  const InferJournal* journal = context.engine.journal;
  if (!item.ours) expect_no_input(emitted.files, item.record, context.options.emit);
  if (context.options.resume && !context.options.emit.force && !item.ours)
    expect_new(emitted.files, context.options.emit);
  write_files(emitted.files, context.options.emit.folder, context.options.emit.force || item.ours, [&] {
    if (journal != nullptr) journal->append(item.record, item.key, emitted.files);
  });
}

}  // namespace tn
