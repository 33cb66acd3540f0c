// Random changes to a frame and its mask while a network learns.
#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "libcore/image/augment_options.hpp"

namespace tn {

class Random;
struct AugmentDraws;

struct Augmented {
  cv::Mat1b image;
  std::optional<cv::Mat1b> mask;  // {0,255}; there if one was given
};

// Image and mask are moved by one map: flip, turn, scale, shift, elastic pull (image bilinear; mask as float,
// thresholded at one half; 0 comes in from outside). Then the levels of the image alone are changed: gamma,
// gain, contrast, blur, speckle, time gain, shadow. What lies outside the sector is 0 in both. Results own
// their memory. Same draws, same result. A mask must be of the image's size.
Augmented augmented(const cv::Mat1b& image, const cv::Mat1b* mask, const AugmentDraws& draws);

// augmented() with what draw() draws.
Augmented augment(const cv::Mat1b& image, const cv::Mat1b* mask, const AugmentOptions& options,
                  Random& random);

// The numbers of one example in one epoch, keyed by (seed, id, epoch) alone.
Random augment_random(std::uint64_t seed, std::string_view id, std::int64_t epoch);

}  // namespace tn
