// Activation maps over images: what tn-infer --emit cam wrote, in colours that grow brighter with the map.
#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <string>

#include "libcore/data/record.hpp"
#include "libcore/image/image_io.hpp"
#include "libcore/plot/canvas.hpp"

namespace tn {

// Which map of a record's `pred.cam`: Grad-CAM of the nodule's pixels or of the malignant logit, or plain CAM
// of the malignant logit.
enum class ActivationHead { none, mask, classes, plain };

const char* activation_title(ActivationHead head);  // "Grad-CAM of the mask"

struct Activation {
  cv::Mat1b levels;   // of the image's size
  double lowest = 0;  // what 0 stands for
  double highest = 0;
};

// Nothing where the record has null: the model gave no such map. Throws Error(bad_data | no_input) for a
// record that knows of none, a file that cannot be read, or one of another size. `head` is not none.
std::optional<Activation> load_activation(const Record& record, ActivationHead head, const std::string& root,
                                          ImageSize size, const DecodeLimits& limits);

// BGR of a level: black, violet, red, orange, pale yellow (matplotlib's "inferno"). Ever brighter, so that
// people with any colour vision see the same order.
cv::Vec3b activation_colour(std::uint8_t level);

// Each pixel half the image, half the map's colour. BGR of the image's size, which is that of the levels.
cv::Mat3b glowing(const cv::Mat1b& image, const cv::Mat1b& levels);

// The colours from the lowest on the left to the highest.
void draw_activation_bar(Canvas& canvas, const Box& box);

// In the line above y: what the map is, where there is room for it, and at the right the bar between the
// numbers of its ends; these alone, with fewer digits, where the bar has no room; or that there is none.
void draw_activation_scale(Canvas& canvas, ActivationHead head, const std::optional<Activation>& map,
                           double x, double y, double width);

}  // namespace tn
