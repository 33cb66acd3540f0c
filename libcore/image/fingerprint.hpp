// What is kept of a picture to find it again: some kilobytes, whatever its size.
#pragma once

#include <array>
#include <cstdint>
#include <opencv2/core/mat.hpp>

namespace tn {

// How a picture is mirrored: left and right change places, top and bottom, or both.
enum class Flip { none, left_right, top_bottom, both };
inline constexpr std::array kFlips{Flip::none, Flip::left_right, Flip::top_bottom, Flip::both};

using Signs = std::array<std::uint64_t, 2>;  // 128 bits

struct Fingerprint {
  std::array<std::uint64_t, 2>
      pixels{};         // of the SHA-256 of size and grey levels: the same for the same picture
  Signs signs{};        // of 128 coefficients of the cosine transform of the picture's detail at 32 x 32 px
  cv::Mat1f coarse;     // the detail at 24 x 24 px, mean 0, norm 1; empty for a picture without contrast
  cv::Mat1b thumbnail;  // 96 x 96 px, whatever the picture's shape; empty where coarse is
};

Fingerprint fingerprint(const cv::Mat1b& picture);

// The signs of the mirrored picture, and a mirrored picture.
Signs flipped(const Signs& signs, Flip flip);
cv::Mat flipped(const cv::Mat& picture, Flip flip);

// In how many of the 128 signs two pictures differ: about 64 if they have nothing to do with each other.
int distance(const Signs& a, const Signs& b);

}  // namespace tn
