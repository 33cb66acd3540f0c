// What happens to an image before the network sees it: computed from the image alone, never from the mask.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <opencv2/core/mat.hpp>
#include <string>

#include "libcore/image/placement.hpp"

namespace tn {

struct PreprocessOptions {
  std::int64_t size = 256;  // px a side of the network's frame, 32 to 4096
  Fit fit = Fit::letterbox;
  friend bool operator==(const PreprocessOptions&, const PreprocessOptions&) = default;
};

void check(const PreprocessOptions& options);  // throws Error(usage)

struct Frame {
  cv::Mat1b image;  // size x size
  Placement placement;
};
Frame preprocess(const cv::Mat1b& image, const PreprocessOptions& options);

// The options as they stand in a manifest's header, its records and a model file; and back.
nlohmann::json to_json(const PreprocessOptions& options);
PreprocessOptions preprocess_from_json(const nlohmann::json& json,
                                       const std::string& where);  // throws Error(bad_data)

// 16 hexadecimal digits that name these options: equal options, equal hash (version of the algorithm
// included).
std::string preprocess_hash(const PreprocessOptions& options);

}  // namespace tn
