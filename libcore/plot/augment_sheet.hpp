// What training sees: frames of a preprocessed manifest, changed as in the epochs of a training.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "libcore/data/manifest.hpp"
#include "libcore/data/select.hpp"
#include "libcore/image/augment.hpp"
#include "libcore/image/image_io.hpp"
#include "libcore/plot/canvas.hpp"

namespace tn {

struct AugmentSheetOptions {
  std::string root;
  Selection selection;
  AugmentOptions augment = augment_preset(AugmentPreset::practical);
  std::int64_t seed = 17;
  std::int64_t epoch = 1;   // the first that is shown, from 1
  std::int64_t epochs = 5;  // shown, 1 to 50
  std::int64_t tile = 160;  // points a tile is wide, 80 to 2000
  std::int64_t max_pixels = DecodeLimits().max_pixels;
};

void check(const AugmentSheetOptions& options);  // throws Error(usage)

// Told of each picture drawn: "ID, epoch 2: rotate 12.3, gain 1.1".
using AugmentObserver = std::function<void(const std::string& what)>;

// A row a record: the frame as it is, then as it is in each epoch, with the outline of its mask. The same
// numbers as tn-train draws from the same seed. Throws Error(bad_data) for no record, one without a frame, or
// too many for a picture; Error(no_input) for a frame that is missing.
std::string draw_augment_sheet(ManifestReader& reader, const AugmentSheetOptions& options,
                               PictureFormat format, const AugmentObserver& observer);

}  // namespace tn
