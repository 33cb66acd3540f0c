// The one way to read a record's image: its file, which frame of it, and what of it may be seen.
#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <string>
#include <vector>

#include "libcore/data/record.hpp"
#include "libcore/image/image_io.hpp"

namespace tn {

struct ImageSource {
  std::string path;                   // as opened
  std::string bytes;                  // of the file
  std::optional<std::int64_t> frame;  // of a file that holds several, from 0
  std::vector<cv::Rect> visible;      // px; what lies outside them all is black; none: everything is seen

  // What besides the bytes decides on the pixels: "frame 3 visible 0,0,10,20"; "" for most images.
  std::string choice() const;
};

// By the keys `image`, `frame` and `visible` ([[x,y,width,height], ...]). Throws Error(bad_data | no_input |
// io).
ImageSource read_image_source(const Record& record, const std::string& root);

// Throw Error(bad_data).
ImageSize image_size(const ImageSource& source, const DecodeLimits& limits = {});
cv::Mat1b decode_image(const ImageSource& source, const DecodeLimits& limits = {});

// The two in one.
cv::Mat1b load_image(const Record& record, const std::string& root, const DecodeLimits& limits = {});

}  // namespace tn
