// Where an image landed in the network's frame, and the way back to its own grid.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <string>

#include "libcore/image/image_io.hpp"

namespace tn {

enum class Fit { stretch, letterbox };
enum class Enlarge { linear, cubic };  // how an image grows

// A rectangle of pixels.
struct Area {
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;
  friend bool operator==(const Area&, const Area&) = default;
};

// The source (width x height px), or a part of it, fills [left, left+inner_width) x [top, top+inner_height)
// of a square frame of `size` px; the rest of the frame is padding (0).
struct Placement {
  ImageSize source;
  int size = 0;
  int left = 0;
  int top = 0;
  int inner_width = 0;
  int inner_height = 0;
  std::optional<Area> crop = std::nullopt;  // the part of the source; nothing: all of it
  friend bool operator==(const Placement&, const Placement&) = default;
};

// stretch fills the frame; letterbox keeps the aspect ratio and centres. Throws Error(bad_data) for an empty
// source. A crop lies within the source; one of its whole is as none.
Placement place(ImageSize source, int size, Fit fit, const std::optional<Area>& crop = std::nullopt);

// The part of the source that fills the frame.
Area part_of(const Placement& placement);

// The frame of that part, which is what is given: area interpolation where it shrinks, bilinear or bicubic
// where it grows.
cv::Mat1b to_frame(const cv::Mat1b& part, const Placement& placement, Enlarge enlarge = Enlarge::linear);

// A mask {0,255} of the source in the frame, resized as float and thresholded at one half (METHOD 6.7).
cv::Mat1b mask_to_frame(const cv::Mat1b& mask, const Placement& placement);

// A probability map of the frame's size -> the source's own grid, bilinear, float32 in [0,1]; 0 where the
// source was cropped away.
cv::Mat1f restore(const cv::Mat1f& frame, const Placement& placement);

nlohmann::json to_json(const Area& area);  // [left,top,width,height]
Area area_from_json(const nlohmann::json& json, ImageSize source,
                    const std::string& where);  // throws Error(bad_data): not in the source

nlohmann::json to_json(const Placement& placement);  // for pre.geometry
Placement placement_from_json(const nlohmann::json& json,
                              const std::string& where);  // throws Error(bad_data)

}  // namespace tn
