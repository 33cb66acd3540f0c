#include "libcore/net/ensemble.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "libcore/base/error.hpp"

namespace tn {
namespace {

struct View {
  bool mirrored = false;
  bool upside_down = false;
  double scale = 1;
};

std::vector<View> views_of(Views views) {
  const bool flips = views == Views::flips || views == Views::all;
  std::vector<double> scales{1};
  if (views == Views::scales || views == Views::all) scales = {1, 0.8, 1.25};
  std::vector<View> all;
  for (const double scale : scales) {
    all.push_back({false, false, scale});
    if (flips || views == Views::mirror) all.push_back({true, false, scale});
    if (flips) all.insert(all.end(), {{false, true, scale}, {true, true, scale}});
  }
  return all;
}

template <typename T>
void turn(cv::Mat_<T>& image, const View& view) {
  if (view.mirrored) cv::flip(image, image, 1);
  if (view.upside_down) cv::flip(image, image, 0);
}

cv::Mat1b seen(const cv::Mat1b& frame, const View& view) {
  cv::Mat1b image = frame.clone();
  if (view.scale != 1)
    cv::resize(frame, image, cv::Size(), view.scale, view.scale,
               view.scale < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
  turn(image, view);
  return image;
}

cv::Mat1f turned_back(cv::Mat1f probability, const View& view, cv::Size size) {
  turn(probability, view);
  if (probability.size() != size) cv::resize(probability, probability, size, 0, 0, cv::INTER_LINEAR);
  return probability;
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// All answers to one frame, in the order of members and views.
struct Answers {
  std::vector<cv::Mat1f> masks;
  std::vector<double> classes;
  std::vector<double> raw_classes;
};

// Mean and standard deviation, pixel by pixel.
std::pair<cv::Mat1f, cv::Mat1f> mean_and_spread(const std::vector<cv::Mat1f>& masks) {
  cv::Mat1f sum(masks.front().size(), 0.0F);
  for (const cv::Mat1f& mask : masks) sum += mask;
  const double count = static_cast<double>(masks.size());
  const cv::Mat1f middle(sum / count);
  cv::Mat1f squares(sum.size(), 0.0F);
  for (const cv::Mat1f& mask : masks) {
    const cv::Mat1f away(mask - middle);
    squares += away.mul(away);
  }
  cv::Mat1f spread;
  cv::sqrt(squares / count, spread);
  return {middle, spread};
}

NetOutput joined(const Answers& answers) {
  NetOutput output;
  if (!answers.masks.empty()) std::tie(output.probability, output.spread) = mean_and_spread(answers.masks);
  if (!answers.classes.empty()) {
    output.p_malignant = mean(answers.classes);
    if (!answers.raw_classes.empty()) output.p_malignant_raw = mean(answers.raw_classes);
    double squares = 0;
    for (const double p : answers.classes) squares += (p - *output.p_malignant) * (p - *output.p_malignant);
    output.p_malignant_spread = std::sqrt(squares / static_cast<double>(answers.classes.size()));
  }
  return output;
}

void cast_vote(NetOutput& output, const ModelSpec& spec) {
  if (!output.probability.empty())
    cv::threshold(output.probability, output.probability,
                  std::nextafter(static_cast<float>(spec.mask_threshold), 0.0F), 1, cv::THRESH_BINARY);
  if (output.p_malignant) output.p_malignant = *output.p_malignant >= spec.class_threshold ? 1 : 0;
}

}  // namespace

bool joins(std::size_t models, const EnsembleOptions& options) {
  return models > 1 || options.views != Views::one;
}

ModelSpec combined_spec(const std::vector<ModelSpec>& specs, const std::vector<std::string>& names,
                        Vote vote) {
  ModelSpec all = specs.front();
  const std::string hash = preprocess_hash(all.preprocess);
  for (std::size_t i = 1; i < specs.size(); ++i)
    if (preprocess_hash(specs[i].preprocess) != hash)
      throw Error(Exit::bad_data,
                  "{}: trained with another preprocessing than {}: they cannot answer together", names[i],
                  names[0]);
  std::vector<double> mask, classes;
  for (const ModelSpec& spec : specs) {
    mask.push_back(spec.mask_threshold);
    classes.push_back(spec.class_threshold);
  }
  all.mask_threshold = vote == Vote::mean ? mean(mask) : 0.5;
  all.class_threshold = vote == Vote::mean ? mean(classes) : 0.5;
  return all;
}

Ensemble::Ensemble(std::vector<EnsembleMember> members, const EnsembleOptions& options)
    : members_(std::move(members)), options_(options) {}

const nlohmann::json& Ensemble::meta() const {
  return members_.front().predictor->meta();
}

std::vector<NetOutput> Ensemble::predict(std::span<const cv::Mat1b> frames) {
  std::vector<Answers> answers(frames.size());
  for (const EnsembleMember& member : members_) {
    for (const View& view : views_of(options_.views)) {
      std::vector<cv::Mat1b> images;
      for (const cv::Mat1b& frame : frames) images.push_back(seen(frame, view));
      std::vector<NetOutput> outputs = member.predictor->predict(images);
      for (std::size_t i = 0; i < frames.size(); ++i) {
        NetOutput& output = outputs[i];
        if (!output.probability.empty())
          output.probability = turned_back(std::move(output.probability), view, frames[i].size());
        if (options_.vote == Vote::majority) cast_vote(output, member.spec);
        if (!output.probability.empty()) answers[i].masks.push_back(std::move(output.probability));
        if (output.p_malignant) answers[i].classes.push_back(*output.p_malignant);
        if (output.p_malignant_raw) answers[i].raw_classes.push_back(*output.p_malignant_raw);
      }
    }
  }
  std::vector<NetOutput> joint;
  for (const Answers& one : answers) joint.push_back(joined(one));
  return joint;
}

}  // namespace tn
