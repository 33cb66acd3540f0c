// Everything that is random about one augmentation, and the parts that use it.
#pragma once

#include <array>
#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <string>

#include "libcore/image/augment.hpp"

namespace tn {

constexpr std::size_t kGainDepths = 5;  // where the time gain has a value of its own; linear between

// Steps that are not done hold their neutral value.
struct AugmentDraws {
  bool flip_horizontal = false, flip_vertical = false;
  double degrees = 0, scale = 1, shift_x = 0, shift_y = 0;
  double gamma = 1, gain = 1, contrast = 1, blur = 0, speckle = 0;
  std::uint64_t noise = 0;  // key of the speckle
  double time_gain = 0;
  std::array<double, kGainDepths> depths{};  // in [-1,1)
  double shadow = 0;
  double shadow_centre = 0, shadow_width = 0, shadow_start = 0;  // shares of the width, width and height
  double elastic = 0;
  std::uint64_t pull = 0;  // key of the elastic pull
  double sector = 0;
};

// Draws from `random`, in the order of AugmentOptions: one number for each flip; for each step one for
// whether and one for how much (shift: two); after that of speckle one 64-bit word for its noise, after that
// of time_gain 5 for the depths, after that of shadow 3 for centre, width and start, after that of elastic
// one 64-bit word. All are drawn always, so that a changed probability changes its own step alone.
AugmentDraws draw(const AugmentOptions& options, Random& random);

// What is done, in words: "flip-horizontal, rotate -12.3, gain 1.1"; "nothing".
std::string text_of(const AugmentDraws& draws);

// The i-th of a row of random words of a key.
std::uint64_t keyed_word(std::uint64_t key, std::uint64_t i);

// augment_geometry.cpp
bool moves(const AugmentDraws& draws);
Augmented moved(const cv::Mat1b& image, const cv::Mat1b* mask, const AugmentDraws& draws);

// augment_levels.cpp: gamma, gain and contrast; blur
cv::Mat1b with_levels(const cv::Mat1b& image, const AugmentDraws& draws);

// augment_artefacts.cpp: speckle, time gain and shadow; 255 in the sector that is seen
cv::Mat1b with_artefacts(const cv::Mat1b& image, const AugmentDraws& draws);
cv::Mat1b sector(cv::Size size, double hidden);

}  // namespace tn
