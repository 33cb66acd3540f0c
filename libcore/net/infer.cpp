#include "libcore/net/infer.hpp"

#include <tbb/concurrent_queue.h>

#include <atomic>
#include <exception>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <thread>
#include <utility>
#include <vector>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/interrupt.hpp"
#include "libcore/image/image_io.hpp"
#include "libcore/image/record_image.hpp"

namespace tn {
namespace {

// A record on its way: with a frame where it goes through the network.
struct Item {
  Record record;
  cv::Mat1b frame;
  Placement placement;
  NetOutput output;
  bool failed_here = false;
};

void fail(Item& item, const Error& error) {
  item.record.fail("tn-infer", error.kind(), error.what());
  item.frame.release();
  item.failed_here = true;
}

cv::Mat1b ready_frame(const Record& record, const nlohmann::json& pre, const ModelSpec& model,
                      const InferOptions& options) {
  if (!pre.contains("image") || !pre["image"].is_string())
    throw Error(Exit::bad_data, "{}: 'pre' has no image", record.id());
  cv::Mat1b frame = load_grey(resolve(options.root, pre["image"].get<std::string>()), {options.max_pixels});
  const int size = static_cast<int>(model.preprocess.size);
  if (frame.cols != size || frame.rows != size)
    throw Error(Exit::bad_data, "{}: {} x {} px, expected {} x {}", pre["image"].get<std::string>(),
                frame.cols, frame.rows, size, size);
  return frame;
}

// The way back to the original grid must start from the model's frame and end in an image of a size that is
// allowed.
void expect_fitting(const Placement& placement, const std::string& id, const ModelSpec& model,
                    const InferOptions& options) {
  if (placement.size != model.preprocess.size)
    throw Error(Exit::bad_data, "{}: its geometry is of a frame of {} px, the model's is {}", id,
                placement.size, model.preprocess.size);
  if (std::int64_t{placement.source.width} * placement.source.height > options.max_pixels)
    throw Error(Exit::bad_data, "{}: {} x {} px is over the limit of {} pixels", id, placement.source.width,
                placement.source.height, options.max_pixels);
}

void prepare(Item& item, const ModelSpec& model, const InferOptions& options) {
  const Record& record = item.record;
  const auto pre = options.from_raw ? std::nullopt : record.json("pre");
  if (pre) {
    item.frame = ready_frame(record, *pre, model, options);
    item.placement = placement_from_json(pre->value("geometry", nlohmann::json()), record.id());
    expect_fitting(item.placement, record.id(), model, options);
    return;
  }
  Frame frame = preprocess(load_image(record, options.root, {options.max_pixels}), model.preprocess);
  item.frame = std::move(frame.image);
  item.placement = frame.placement;
}

// A preprocessed record of another preprocessing is no fault of the record: the run makes no sense.
void expect_same_preprocessing(const Record& record, const ModelSpec& model, const std::string& place) {
  if (record.is_null("pre")) return;
  const auto hash = record.at("pre.hash").value_or(nlohmann::json());
  const std::string wanted = preprocess_hash(model.preprocess);
  if (hash != wanted)
    throw Error(Exit::bad_data,
                "{}: preprocessed with {}, the model wants {} (--from-raw goes back to the original)", place,
                hash.is_string() ? hash.get<std::string>() : hash.dump(), wanted);
}

// Path as it stands in the manifest: relative to the root where there is one.
std::string recorded(const std::string& root, const std::string& path) {
  namespace fs = std::filesystem;
  if (root.empty() || fs::path(path).is_absolute()) return path;
  return fs::proximate(path, root).generic_string();
}

using Queue = tbb::concurrent_bounded_queue<std::optional<Item>>;  // nothing: the end

class Stream {
 public:
  Stream(ManifestReader& reader, ManifestWriter& writer, Predictor& predictor, const ModelSpec& model,
         const std::string& model_hash, const InferOptions& options, const InferReport& report)
      : reader_(reader),
        writer_(writer),
        predictor_(predictor),
        model_(model),
        model_hash_(model_hash),
        options_(options),
        report_(report) {
    const auto room = static_cast<Queue::size_type>(2 * options.batch + 2);
    decoded_.set_capacity(room);
    answered_.set_capacity(room);
  }

  InferOutcome run() {
    {
      const std::jthread decoder([this] {
        decode_error_ = error_of([this] { decode(); });  // what was read before it is still answered
        decoded_.push(std::nullopt);
      });
      const std::jthread encoder([this] {
        encode_error_ = error_of([this] { encode(); });
        stop_ = stop_ || encode_error_;
        drain(answered_, answered_ended_);
      });
      predict_error_ = error_of([this] { predict(); });
      stop_ = stop_ || predict_error_;
      answered_.push(std::nullopt);
      drain(decoded_, decoded_ended_);
    }
    for (const std::exception_ptr& error : {encode_error_, predict_error_, decode_error_})
      if (error) std::rethrow_exception(error);
    outcome_.interrupted = interrupt_signal() != 0;
    if (!outcome_.interrupted && !stop_) writer_.finish();
    return outcome_;
  }

 private:
  template <typename Work>
  static std::exception_ptr error_of(const Work& work) {
    try {
      work();
      return nullptr;
    } catch (...) {
      return std::current_exception();
    }
  }

  // Takes what is left, so that no stage waits for room in front of one that stopped.
  static void drain(Queue& queue, bool& ended) {
    std::optional<Item> item;
    while (!ended) {
      queue.pop(item);
      ended = !item;
    }
  }

  void decode() {
    std::int64_t taken = 0;
    while (!stop_ && interrupt_signal() == 0) {
      if (options_.selection.limit && taken >= *options_.selection.limit) return;
      std::optional<Record> record = reader_.next();
      if (!record) return;
      if (!matches(*record, options_.selection.conditions)) continue;
      ++taken;
      Item item{std::move(*record), {}, {}, {}, false};
      if (!item.record.failed()) {
        // What another model said of it goes: a record never mixes two models' answers.
        for (const char* key : {"pred", "p_malignant", "model"}) item.record.erase(key);
        if (!options_.from_raw) expect_same_preprocessing(item.record, model_, reader_.place());
        try {
          prepare(item, model_, options_);
        } catch (const Error& error) {
          fail(item, error);
        }
      }
      decoded_.push(std::move(item));
    }
  }

  void predict() {
    std::vector<Item> items;
    std::int64_t frames = 0;
    while (!stop_ && !decoded_ended_) {
      std::optional<Item> item;
      decoded_.pop(item);
      decoded_ended_ = !item;
      if (item) {
        frames += item->frame.empty() ? 0 : 1;
        items.push_back(std::move(*item));
      }
      // Records without a frame go on at once unless they stand behind one that waits.
      if (decoded_ended_ || frames == options_.batch || frames == 0) {
        answer(items);
        frames = 0;
      }
    }
  }

  void answer(std::vector<Item>& items) {
    std::vector<cv::Mat1b> frames;
    for (const Item& item : items)
      if (!item.frame.empty()) frames.push_back(item.frame);
    std::vector<NetOutput> outputs;
    if (!frames.empty()) outputs = predictor_.predict(frames);
    std::size_t next = 0;
    for (Item& item : items) {
      if (!item.frame.empty()) item.output = std::move(outputs[next++]);
      answered_.push(std::move(item));
    }
    items.clear();
  }

  void encode() {
    for (;;) {
      std::optional<Item> item;
      answered_.pop(item);
      answered_ended_ = !item;
      if (!item || stop_) return;
      if (!item->frame.empty()) finish(*item);
      emit(*item);
    }
  }

  void finish(Item& item) {
    nlohmann::ordered_json prediction = nlohmann::ordered_json::object();
    if (!options_.folder.empty() && !item.output.probability.empty()) {
      const std::string path = options_.folder + "/" + item.record.id() + ".png";
      const cv::Mat1f probability = restore(item.output.probability, item.placement);
      create_folders(folder_of(path));
      save_png(path, cv::Mat1b(probability >= options_.threshold.value_or(model_.mask_threshold)),
               options_.force);
      prediction["mask"] = recorded(options_.root, path);
    }
    item.record.set_raw("pred", prediction.dump());
    if (item.output.p_malignant) item.record.set("p_malignant", *item.output.p_malignant);
    item.record.set("model", model_hash_);
  }

  void emit(const Item& item) {
    writer_.write(item.record);
    writer_.flush();
    ++outcome_.records;
    if (item.failed_here) {
      ++outcome_.failed;
      report_.failed(item.record);
      if (options_.fail_fast) stop_ = true;
    }
    report_.done();
  }

  ManifestReader& reader_;
  ManifestWriter& writer_;
  Predictor& predictor_;
  const ModelSpec& model_;
  const std::string& model_hash_;
  const InferOptions& options_;
  const InferReport& report_;
  Queue decoded_, answered_;
  std::atomic<bool> stop_ = false;
  bool decoded_ended_ = false;   // of the predicting thread
  bool answered_ended_ = false;  // of the encoding thread
  std::exception_ptr decode_error_, predict_error_, encode_error_;
  InferOutcome outcome_;
};

}  // namespace

void check(const InferOptions& options) {
  if (options.threshold && !(*options.threshold > 0 && *options.threshold < 1))
    throw Error(Exit::usage, "threshold {} is not between 0 and 1", *options.threshold);
  if (options.batch < 1) throw Error(Exit::usage, "a batch of {} frames", options.batch);
  if (options.max_pixels < 1) throw Error(Exit::usage, "at most {} pixels", options.max_pixels);
  if (options.selection.limit && *options.selection.limit < 0)
    throw Error(Exit::usage, "a limit of {} records", *options.selection.limit);
}

Header predicted_header(Header header, const ModelSpec& model, const std::string& model_hash) {
  header.set_json("model", {{"sha256", model_hash},
                            {"arch", model.net.arch},
                            {"mask_threshold", model.mask_threshold},
                            {"class_threshold", model.class_threshold}});
  return header;
}

std::string failure_line(const Record& record) {
  const auto message = record.at("error.msg");
  return fmt::format("{}: {}", record.id(),
                     message && message->is_string() ? message->get<std::string>() : "failed");
}

InferOutcome infer(ManifestReader& reader, ManifestWriter& writer, Predictor& predictor,
                   const ModelSpec& model, const std::string& model_hash, const InferOptions& options,
                   const InferReport& report) {
  return Stream(reader, writer, predictor, model, model_hash, options, report).run();
}

}  // namespace tn
