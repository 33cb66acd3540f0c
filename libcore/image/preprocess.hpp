// What happens to an image before the network sees it: computed from the image alone, never from the mask.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <string>

#include "libcore/image/placement.hpp"

namespace tn {

enum class Denoise { none, median, speckle };

// Steps are done in the order of the fields from remove_marks on, each if it is asked for, and resizing last.
struct PreprocessOptions {
  std::int64_t size = 256;  // px a side of the network's frame, 32 to 4096
  Fit fit = Fit::letterbox;
  Enlarge enlarge = Enlarge::linear;
  bool remove_marks = false;  // find_marks(), filled in
  std::optional<double> crop_border =
      std::nullopt;  // mean level of rows and columns that stay, above 0 to 255
  Denoise denoise = Denoise::none;
  std::int64_t denoise_size = 3;                   // px a side of its window, odd, 3 to 15
  std::optional<double> clahe = std::nullopt;      // clip limit, 1 to 100
  std::int64_t clahe_tiles = 8;                    // a side, 1 to 64
  std::optional<double> normalize = std::nullopt;  // percent of the pixels cut off at either end, 0 to 49
  friend bool operator==(const PreprocessOptions&, const PreprocessOptions&) = default;
};

void check(const PreprocessOptions& options);  // throws Error(usage)

struct Frame {
  cv::Mat1b image;  // size x size
  Placement placement;
};

// From the image alone.
Frame preprocess(const cv::Mat1b& image, const PreprocessOptions& options);

// Whether the placement can be told from the image's size: no step looks for the part of the image to keep.
bool placed_by_size(const PreprocessOptions& options);

// The options that decide where a mask lies in the frame, given the image's crop.
PreprocessOptions geometry_of(const PreprocessOptions& options);

// The options as they stand in a manifest's header, its records and a model file; and back. A step that is
// not done leaves no key, so that options keep their hash when steps are added.
nlohmann::json to_json(const PreprocessOptions& options);
PreprocessOptions preprocess_from_json(const nlohmann::json& json,
                                       const std::string& where);  // throws Error(bad_data)

// 16 hexadecimal digits that name these options: equal options, equal hash (version of the algorithm
// included).
std::string preprocess_hash(const PreprocessOptions& options);

}  // namespace tn
