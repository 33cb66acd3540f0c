// What a picture shows of one record: its image, both masks, and what is known in words.
#pragma once

#include <opencv2/core/mat.hpp>
#include <optional>
#include <string>

#include "libcore/data/record.hpp"
#include "libcore/image/image_io.hpp"
#include "libcore/image/regions.hpp"
#include "libcore/plot/activation.hpp"

namespace tn {

struct CasePicture {
  std::string id;
  cv::Mat1b image;  // the original; empty where `error` says why
  std::optional<cv::Mat1b> drawn;
  std::optional<cv::Mat1b> predicted;
  ActivationHead head = ActivationHead::none;  // whose activation map was asked for
  std::optional<Activation> activation;        // nothing also where the model gave none
  std::optional<double> dice;                  // the record's metrics.dice, else of the two masks
  std::optional<double> p_malignant;
  std::optional<std::string> label;
  std::optional<bool> class_correct;  // the record's metrics.class_correct
  std::optional<Spacing> spacing;     // mm from pixel to pixel
  std::optional<std::string> error;
  bool failed_here = false;  // the record came without an error
};

// Never fails: what cannot be read is said in `error`.
CasePicture load_case(const Record& record, const std::string& root, const DecodeLimits& limits,
                      ActivationHead head = ActivationHead::none);

}  // namespace tn
