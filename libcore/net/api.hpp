// The border of the network layer: the tools see this header, and no torch type crosses it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libcore/data/record.hpp"
#include "libcore/data/training_log.hpp"
#include "libcore/image/preprocess.hpp"
#include "libcore/net/collectives.hpp"
#include "libcore/net/device.hpp"
#include "libcore/net/graph.hpp"
#include "libcore/net/options.hpp"

namespace tn {

// What a network says of one frame.
struct NetOutput {
  cv::Mat1f probability;              // frame size, in [0,1]; empty if the model has no mask head
  std::optional<double> p_malignant;  // in [0,1]; nothing if the model has no class head
  // Standard deviations over the answers that were joined (see ensemble.hpp); nothing where there was one.
  cv::Mat1f spread = {};  // frame size
  std::optional<double> p_malignant_spread = {};
  std::optional<double> p_malignant_raw = {};  // before the model's temperature
};

struct PredictOptions {
  Precision precision = Precision::automatic;
  std::int64_t jobs = 0;       // threads; 0: every core
  std::string device = "cpu";  // FoundDevice::name
  bool tf32 = false;           // on a GPU: products of float32 numbers in TF32
  bool deterministic = false;  // on a GPU: the same kernels in every run
  bool graph = false;          // on a GPU: frames of one size and number are a CUDA graph that is replayed
};

// A loaded model. One thread at a time.
class Predictor {
 public:
  virtual ~Predictor() = default;
  // Frames of the model's size, in order. Throws Error.
  virtual std::vector<NetOutput> predict(std::span<const cv::Mat1b> frames) = 0;
  virtual const nlohmann::json& meta() const = 0;  // the model file's document
};

// Where in a frame a head finds what it says, stretched to [0,1]: 0 stands for `lowest`, 1 for `highest`.
struct ActivationMap {
  cv::Mat1f map;  // frame size
  double lowest = 0;
  double highest = 0;
};

// Nothing where the model lacks the head, and of the mask where no pixel is nodule.
struct ActivationMaps {
  std::optional<ActivationMap> mask;     // Grad-CAM of the nodule's logits
  std::optional<ActivationMap> classes;  // Grad-CAM of the malignant logit
  std::optional<ActivationMap> plain;    // CAM of the malignant logit: what speaks against it too
};

// A loaded model that explains itself. One thread at a time.
class Explainer {
 public:
  virtual ~Explainer() = default;
  // Frames of the model's size, in order; a pixel is nodule from `threshold` on. Throws Error.
  virtual std::vector<ActivationMaps> explain(std::span<const cv::Mat1b> frames, double threshold) = 0;
};

// One preprocessed image to learn from; paths as the process sees them.
struct TrainCase {
  std::string id;
  std::string image;                // a frame of the network's size
  std::optional<std::string> mask;  // its mask, same size
  std::optional<int> label;         // 0 benign, 1 malignant
};

struct TrainJob {
  NetOptions net;
  TrainOptions options;
  std::int64_t size = 0;  // px a side of the frames
  std::vector<TrainCase> train;
  std::vector<TrainCase> validation;
  std::array<double, 2> class_weights = {1, 1};  // of the class loss: benign, malignant
  std::string folder;   // run folder: model.safetensors, checkpoint-last, checkpoint-previous
  bool resume = false;  // from the folder's last checkpoint
  std::string init;     // safetensors file to begin with unless `resume`; empty: none
  Collectives* processes =
      nullptr;                 // among which the batches are shared out; nullptr: this one alone. Borrowed.
  Stranded stranded;           // with `processes`; must be set with GPUs
  nlohmann::json meta;         // model document to begin with: preprocessing, labels, provenance
  nlohmann::json fingerprint;  // everything that must be equal on a resume
};

// What became of the tensors of a file that a training begins with.
struct InitReport {
  std::string summary;  // one line; empty: there was no such file
  // A line for each: "used KEY", "adapted KEY: how", "left KEY: why"; of several processes, how they add up.
  std::vector<std::string> details;
};

struct TrainStart {
  std::int64_t parameters = 0;
  std::int64_t epoch = 1;        // the first to be run, from 1
  std::int64_t epoch_step = 0;   // steps of it that are done
  std::int64_t epoch_steps = 0;  // steps an epoch
  bool bfloat16 = false;
  int threads = 0;
  std::string
      measure;  // what the best model is chosen by: "Dice", "AUROC", "accuracy"; empty: the last epoch
  std::string warning;    // empty, or why the resume goes on from the previous checkpoint
  bool finished = false;  // a resume of a run that has come to its end
  std::string libtorch;   // its version
  InitReport init;
};

// Told by the trainer, on its own thread; interrupted() is asked by any. An exception ends the training.
class TrainObserver {
 public:
  virtual ~TrainObserver() = default;
  virtual void started(const TrainStart& start) = 0;
  // `share` in [0,1]: how much of the budget (epochs, steps or time) is used.
  virtual void step(std::int64_t epoch, std::int64_t step, double loss, double share) = 0;
  virtual void epoch(const EpochLog& log) = 0;      // its steps are done; nothing is known of validation
  virtual void validated(const EpochLog& log) = 0;  // the same epoch, now with its validation
  virtual void went_back(std::int64_t epoch) = 0;  // what was told of this epoch and later ones holds no more
  virtual void note(const std::string& text) = 0;
  virtual void warning(const std::string& text) = 0;
  virtual bool interrupted() = 0;  // true: save and stop
  virtual bool save_wanted() = 0;  // true, once for each wish: save and go on
};

struct TrainOutcome {
  std::int64_t epochs = 0;  // done in all
  std::int64_t best_epoch = 0;
  std::string measure;  // as TrainStart's
  double best = 0;      // its value at best_epoch, on the validation cases and the network's grid
  bool interrupted = false;
  bool was_finished = false;  // a resume that found nothing left to do
};

// Of a network with every head it can have.
struct ArchInfo {
  static constexpr std::int64_t kSide = 256;  // px a side of the image that multiply-adds are counted for
  std::string name;
  std::int64_t parameters = 0;
  std::int64_t multiply_adds = 0;
};

// The opened network layer. Errors come out as tn::Error.
class NetLayer {
 public:
  // Opens libtn_net.so beside the executable or in its library folder. Never closed. Throws Error(internal)
  // with the reason, Error(no_input) where LibTorch is not there. `device`: FoundDevice::name of every device
  // that will be asked to compute; Error(usage) with the reason where LibTorch cannot use it.
  static const NetLayer& open(const std::string& device = "cpu");

  virtual ~NetLayer() = default;
  virtual std::unique_ptr<Predictor> load(const std::string& model, const PredictOptions& options) const = 0;
  virtual std::unique_ptr<Explainer> explainer(const std::string& model,
                                               const PredictOptions& options) const = 0;
  virtual TrainOutcome train(const TrainJob& job, TrainObserver& observer) const = 0;
  // The model's network as a graph for images of its size, or of any size. Throws Error.
  virtual Graph trace(const std::string& model, bool any_size) const = 0;
  virtual void check(const NetOptions& options) const = 0;  // throws Error(usage), for an unknown name too
  virtual std::vector<ArchInfo> architectures() const = 0;
};

// The device that is wished for, opened and tried. `auto` takes the processor where LibTorch cannot use the
// GPU that is there; the note says why. Throws Error(usage) with the reason, also for bfloat16 where the
// device does not multiply in it.
FoundDevice open_device(const DeviceWish& wish, Precision precision);

}  // namespace tn
