// Small drawn cases for tests of loading and training.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <opencv2/core/mat.hpp>
#include <opencv2/imgproc.hpp>
#include <string>
#include <utility>
#include <vector>

#include "libcore/base/file.hpp"
#include "libcore/image/image_io.hpp"
#include "libcore/net/api.hpp"
#include "libcore/net/model_spec.hpp"

namespace tn {

constexpr int kSide = 64;

// A dark disc (malignant: off-centre and darker) on a brighter ground, and its mask.
inline TrainCase draw_case(const std::string& folder, int index, bool labelled = true) {
  const bool malignant = index % 2 == 1;
  cv::Mat1b image(kSide, kSide, std::uint8_t{160});
  cv::Mat1b mask(kSide, kSide, std::uint8_t{0});
  const cv::Point centre(24 + 5 * (index % 4), 28 + 3 * (index % 3));
  cv::circle(image, centre, 10 + index % 3, cv::Scalar(malignant ? 40 : 110), cv::FILLED);
  cv::circle(mask, centre, 10 + index % 3, cv::Scalar(255), cv::FILLED);
  const std::string stem = folder + "/case" + std::to_string(index);
  save_png(stem + ".png", image, true);
  save_png(stem + "_mask.png", mask, true);
  TrainCase one;
  one.id = "case" + std::to_string(index);
  one.image = stem + ".png";
  one.mask = stem + "_mask.png";
  if (labelled) one.label = malignant ? 1 : 0;
  return one;
}

// A job for ffanet-tiny in float32 on drawn cases, in a folder of its own that is empty at first.
inline TrainJob draw_job(const std::string& name, int train, int validation) {
  const std::string folder = std::string(testing::TempDir()) + "training_" + name;
  create_folders(folder + "/frames");
  for (const char* file :
       {"model.safetensors", "checkpoint-last.safetensors", "checkpoint-previous.safetensors"})
    std::remove((folder + "/" + file).c_str());
  TrainJob job;
  job.net.arch = "ffanet-tiny";
  job.size = kSide;
  job.folder = folder;
  for (int i = 0; i < train; ++i) job.train.push_back(draw_case(folder + "/frames", i));
  for (int i = train; i < train + validation; ++i) job.validation.push_back(draw_case(folder + "/frames", i));
  job.options.batch = 4;
  job.options.epochs = 3;
  job.options.warmup_steps = 0;
  job.options.precision = Precision::float32;
  job.options.jobs = 2;
  ModelSpec spec;
  spec.net = job.net;
  spec.preprocess.size = kSide;
  job.meta = to_json(spec, {{"benign", 0}, {"malignant", 1}}, "drawn");
  job.fingerprint = {{"options", to_json(job.options)}};
  return job;
}

// Keeps what it is told; asks for an interruption before step `stop_at` of the whole training (0: never).
class Listener : public TrainObserver {
 public:
  explicit Listener(std::int64_t stop_at = 0) : stop_at_(stop_at) {}

  void started(const TrainStart& at) override { start = at; }
  void step(std::int64_t, std::int64_t, double loss, double share) override {
    losses.push_back(loss);
    shares.push_back(share);
  }
  void epoch(const EpochLog&) override {}
  void validated(const EpochLog& log) override { epochs.push_back(log); }
  void went_back(std::int64_t epoch) override { went_back_to.push_back(epoch); }
  void note(const std::string& text) override { notes.push_back(text); }
  void warning(const std::string& text) override { warnings.push_back(text); }
  bool save_wanted() override { return std::exchange(save, false); }
  bool interrupted() override {
    return stop_at_ > 0 && static_cast<std::int64_t>(losses.size()) + 1 >= stop_at_;
  }

  TrainStart start;
  std::vector<double> losses, shares;
  std::vector<EpochLog> epochs;
  std::vector<std::int64_t> went_back_to;
  std::vector<std::string> notes, warnings;
  bool save = false;  // wishes for a checkpoint, once

 private:
  std::int64_t stop_at_;
};

}  // namespace tn
