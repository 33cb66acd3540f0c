// Each record's image with the outlines of its masks, as PNG files.
#pragma once

#include <cstdint>
#include <functional>
#include <opencv2/core/mat.hpp>
#include <string>

#include "libcore/data/manifest.hpp"
#include "libcore/data/select.hpp"
#include "libcore/plot/case_picture.hpp"
#include "libcore/plot/palette.hpp"

namespace tn {

struct OverlayOptions {
  std::string output;  // a folder, DIR/ID.png for each record; or, ending in .png, the file of the one record
  std::string root;
  Selection selection;
  std::int64_t thickness = 1;                  // px of the outlines
  bool areas = false;                          // tinted areas in place of outlines
  ActivationHead head = ActivationHead::none;  // whose activation map lies over the image; not with areas
  bool caption = false;  // id, Dice, label and probability below, a scale bar where the spacing is known
  ThemeName theme = ThemeName::light;  // of the caption
  std::int64_t max_pixels = DecodeLimits().max_pixels;
  std::int64_t jobs = 0;  // threads; 0: every core
  bool force = false;
  bool fail_fast = false;
};

void check(const OverlayOptions& options);  // throws Error(usage)

// BGR of the image's own size, under the activation map if there is one: drawn in blue, predicted in orange
// over it, as outlines (edged with black on a map) or areas (see tinted()). The case has an image.
cv::Mat3b overlay_of(const CasePicture& picture, int thickness, bool areas = false);

// The same with a caption below it, as PNG bytes.
std::string captioned(const CasePicture& picture, const OverlayOptions& options);

struct OverlayOutcome {
  std::int64_t written = 0;
  std::int64_t failed = 0;    // here
  std::int64_t skipped = 0;   // arrived with an error: there is nothing to show
  std::int64_t unmapped = 0;  // written without the activation map: the model gave none
};

// Told of each record that failed here and of each picture written, in order.
struct OverlayReport {
  std::function<void(const std::string& id, const std::string& reason)> failed;
  std::function<void(const std::string& path)> written;
};

// Throws Error(bad_data) for a second record where the output is one file, or no record at all;
// Error(partial) at the first failure with fail_fast; Error(cannot_create | io) for outputs.
OverlayOutcome draw_overlays(ManifestReader& reader, const OverlayOptions& options,
                             const OverlayReport& report);

}  // namespace tn
