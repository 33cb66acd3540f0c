#include "libcore/net/infer_record.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/image/image_io.hpp"
#include "libcore/image/record_image.hpp"

namespace tn {
namespace {

void fail(InferItem& item, const Error& error) {
  item.record.fail("tn-infer", error.kind(), error.what());
  item.frame.release();
  item.failed_here = true;
}

cv::Mat1b ready_frame(const Record& record, const nlohmann::json& pre, const InferContext& context) {
  if (!pre.contains("image") || !pre["image"].is_string())
    throw Error(Exit::bad_data, "{}: 'pre' has no image", record.id());
  cv::Mat1b frame = load_grey(resolve(context.options.emit.root, pre["image"].get<std::string>()),
                              {context.options.max_pixels});
  const int size = static_cast<int>(context.model.preprocess.size);
  if (frame.cols != size || frame.rows != size)
    throw Error(Exit::bad_data, "{}: {} x {} px, expected {} x {}", pre["image"].get<std::string>(),
                frame.cols, frame.rows, size, size);
  return frame;
}

// The way back to the original grid must start from the model's frame and end in an image of a size that is
// allowed.
void expect_fitting(const Placement& placement, const std::string& id, const InferContext& context) {
  if (placement.size != context.model.preprocess.size)
    throw Error(Exit::bad_data, "{}: its geometry is of a frame of {} px, the model's is {}", id,
                placement.size, context.model.preprocess.size);
  if (std::int64_t{placement.source.width} * placement.source.height > context.options.max_pixels)
    throw Error(Exit::bad_data, "{}: {} x {} px is over the limit of {} pixels", id, placement.source.width,
                placement.source.height, context.options.max_pixels);
}

void take_frame(InferItem& item, const InferContext& context) {
  const Record& record = item.record;
  const auto pre = context.options.from_raw ? std::nullopt : record.json("pre");
  if (pre) {
    item.frame = ready_frame(record, *pre, context);
    item.placement = placement_from_json(pre->value("geometry", nlohmann::json()), record.id());
    expect_fitting(item.placement, record.id(), context);
    return;
  }
  Frame frame = preprocess(load_image(record, context.options.emit.root, {context.options.max_pixels}),
                           context.model.preprocess);
  item.frame = std::move(frame.image);
  item.placement = frame.placement;
}

void expect_finite(const NetOutput& output, const std::string& id) {
  const bool finite = (output.probability.empty() || cv::checkRange(output.probability)) &&
                      (!output.p_malignant || std::isfinite(*output.p_malignant));
  if (!finite) throw Error(Exit::internal, "{}: the network's answer is not a finite number", id);
}

// Mean over the pixels of the nodule, on the network's grid; null without a nodule.
nlohmann::json spread_in_nodule(const NetOutput& output, double threshold) {
  const cv::Mat1b nodule(output.probability >= threshold);
  if (cv::countNonZero(nodule) == 0) return nullptr;
  return cv::mean(output.spread, nodule)[0];
}

}  // namespace

void expect_same_preprocessing(const Record& record, const ModelSpec& model, const std::string& place) {
  if (record.is_null("pre")) return;
  const auto hash = record.at("pre.hash").value_or(nlohmann::json());
  const std::string wanted = preprocess_hash(model.preprocess);
  if (hash != wanted)
    throw Error(Exit::bad_data,
                "{}: preprocessed with {}, the model wants {} (--from-raw goes back to the original)", place,
                hash.is_string() ? hash.get<std::string>() : hash.dump(), wanted);
}

void prepare(InferItem& item, const InferContext& context) {
  if (item.record.failed()) return;
  for (const char* key : {"pred", "p_malignant", "model"}) item.record.erase(key);
  try {
    take_frame(item, context);
  } catch (const Error& error) {
    fail(item, error);
  }
}

void finish(InferItem& item, const InferContext& context) {
  if (item.frame.empty()) return;
  const InferOptions& options = context.options;
  try {
    expect_finite(item.output, item.record.id());
  } catch (const Error& error) {
    fail(item, error);
    return;
  }
  const double threshold = options.threshold.value_or(context.model.mask_threshold);
  nlohmann::ordered_json prediction = nlohmann::ordered_json::object();
  try {
    if (wants_mask(options.emit) && !item.output.probability.empty())
      prediction = emit_prediction(item.record, restore(item.output.probability, item.placement), threshold,
                                   options.emit);
  } catch (const Error& error) {
    if (error.exit_code() != Exit::bad_data) throw;
    fail(item, error);
    return;
  }
  if (!item.output.spread.empty()) prediction["spread"] = spread_in_nodule(item.output, threshold);
  if (item.output.p_malignant_spread) prediction["p_malignant_spread"] = *item.output.p_malignant_spread;
  item.record.set_raw("pred", prediction.dump());
  if (item.output.p_malignant) item.record.set("p_malignant", *item.output.p_malignant);
  item.record.set("model", context.model_hash);
}

}  // namespace tn
