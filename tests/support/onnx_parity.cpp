// onnx-parity NET.onnx PREDICTED: an exported network in OpenCV's dnn, an engine of its own, beside what
// tn-infer answered (preprocessed records as large as the network's frames, --emit npy). Prints how
// many there are; a difference over 1e-4 and an answer that is no number exit with 1.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <opencv2/dnn.hpp>
#include <string>
#include <vector>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/data/manifest.hpp"
#include "libcore/image/image_io.hpp"
#include "libcore/image/npy.hpp"

namespace {

struct Answer {
  cv::Mat1f frame;        // in [0,1]
  cv::Mat1f probability;  // of the mask
  double p_malignant;     // not calibrated
};

// What encode_npy wrote for an array of this size.
cv::Mat1f read_npy(const std::string& path, cv::Size size) {
  const std::string bytes = tn::read_regular_file(path);
  cv::Mat1f values(size, 0.0F);
  const std::size_t length = values.total() * sizeof(float);
  const std::string header = tn::encode_npy(values);
  if (bytes.size() != header.size() ||
      bytes.compare(0, bytes.size() - length, header, 0, bytes.size() - length) != 0)
    throw tn::Error(tn::Exit::bad_data, "{}: no array of {} x {} float32", path, size.width, size.height);
  std::memcpy(values.data, bytes.data() + bytes.size() - length, length);
  return values;
}

std::vector<Answer> read_answers(const std::string& manifest) {
  std::vector<Answer> answers;
  tn::ManifestReader reader(manifest);
  while (auto record = reader.next()) {
    const nlohmann::json pre = record->json("pre").value(), pred = record->json("pred").value();
    cv::Mat1f frame;
    tn::load_grey(pre.at("image").get<std::string>()).convertTo(frame, CV_32F, 1.0 / 255);
    const cv::Mat1f probability = read_npy(pred.at("npy").get<std::string>(), frame.size());
    answers.push_back({frame, probability, pred.at("p_malignant_raw").get<double>()});
  }
  return answers;
}

double sigmoid(double logit) {
  return 1 / (1 + std::exp(-logit));
}

// The larger one; not a number where either is none.
double worse(double a, double b) {
  return std::isnan(a) || a > b ? a : b;
}

// Of the mask's probabilities and of the probability of malignancy.
struct Differences {
  double mask = 0, classes = 0;
};

Differences differences(cv::dnn::Net& net, const Answer& answer) {
  net.setInput(cv::dnn::blobFromImage(answer.frame), "image");
  std::vector<cv::Mat> outputs;
  net.forward(outputs, std::vector<cv::String>{"mask_logits", "class_logits"});
  Differences found;
  const auto* logit = outputs[0].ptr<float>();
  for (const float expected : answer.probability)
    found.mask = worse(found.mask, std::abs(sigmoid(*logit++) - expected));
  const auto* classes = outputs[1].ptr<float>();
  found.classes = std::abs(sigmoid(classes[1] - classes[0]) - answer.p_malignant);
  return found;
}

int compare(const std::string& file, const std::vector<Answer>& answers) {
  cv::dnn::Net net = cv::dnn::readNetFromONNX(file);
  net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
  net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
  Differences all;
  for (const Answer& answer : answers) {
    const Differences one = differences(net, answer);
    all = {worse(all.mask, one.mask), worse(all.classes, one.classes)};
  }
  fmt::print(stderr, "OpenCV {}: mask {:.1e}, class {:.1e} apart\n", CV_VERSION, all.mask, all.classes);
  fmt::print("{} frames\n", answers.size());
  return all.mask <= 1e-4 && all.classes <= 1e-4 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  try {
    return compare(argv[1], read_answers(argv[2]));
  } catch (const std::exception& error) {
    fmt::print(stderr, "onnx-parity: {}\n", error.what());
    return 2;
  }
}
