// Random changes to a frame and its mask while a network learns.
#pragma once

#include <opencv2/core/mat.hpp>
#include <optional>

namespace tn {

class Random;

// A step that is done with a probability, its strength drawn evenly from [low, high].
struct Step {
  double probability = 0;
  double low = 0;
  double high = 0;
  friend bool operator==(const Step&, const Step&) = default;
};

// Nothing is done by default.
struct AugmentOptions {
  double flip_horizontal = 0;  // probability
  double flip_vertical = 0;    // probability
  Step rotate;                 // degrees, anticlockwise
  Step scale;                  // factor > 0; above 1 enlarges
  Step shift;                  // share of the side, drawn for x and y apart
  Step gamma;                  // exponent > 0 on levels in [0,1]
  Step gain;                   // factor
  Step contrast;               // factor on the distance from the mean level
  Step blur;                   // sigma of a Gaussian, px
  Step speckle;                // standard deviation of multiplicative noise, grain of 2 px
  Step time_gain;              // most that brightness changes at any of 5 depths, relative
  Step shadow;                 // share of light that an acoustic shadow takes, [0,1]
  friend bool operator==(const AugmentOptions&, const AugmentOptions&) = default;
};

struct Augmented {
  cv::Mat1b image;
  std::optional<cv::Mat1b> mask;  // {0,255}; there if one was given
};

// Image and mask are moved by one affine map (image bilinear; mask as float, thresholded at one half; 0 comes
// in from outside), then the levels of the image alone are changed: gamma, gain, contrast, blur, speckle,
// time gain, shadow. Results own their memory. Same numbers from `random`, same result.
//
// Draws from `random`, in the order of the fields above: one for each flip; for each step one for whether and
// one for how much (shift: two); after that of speckle one 64-bit word for its noise, after that of time_gain
// 5 for the depths, after that of shadow 3 for centre, width and start. All are drawn always, so that a
// changed probability changes its own step alone. A mask must be of the image's size.
Augmented augment(const cv::Mat1b& image, const cv::Mat1b* mask, const AugmentOptions& options,
                  Random& random);

AugmentOptions paper_augment();      // METHOD 3: flips and rotation by up to 30 degrees, each with p 0.5
AugmentOptions practical_augment();  // the same, and every other step

}  // namespace tn
