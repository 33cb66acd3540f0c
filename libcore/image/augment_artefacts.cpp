#include <algorithm>
#include <cmath>
#include <cstdint>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "libcore/image/augment_draws.hpp"

namespace tn {
namespace {

// Mean 0, standard deviation about 1, nearly normal (four uniform numbers a value), correlated over 2 px.
cv::Mat1f grain(cv::Size size, std::uint64_t key) {
  constexpr float kOfFour = 1.7320508F;  // 1 / standard deviation of a sum of four uniform numbers
  constexpr float kOfHalves = 1.6F;      // what doubling by linear interpolation takes away
  cv::Mat1f coarse((size.height + 1) / 2, (size.width + 1) / 2);
  std::uint64_t count = 0;
  for (float& value : coarse) {
    const std::uint64_t word = keyed_word(key, count++);
    const std::uint64_t sum = (word & 0xFFFF) + (word >> 16 & 0xFFFF) + (word >> 32 & 0xFFFF) + (word >> 48);
    value = (static_cast<float>(sum) / 65536.0F - 2.0F) * kOfFour * kOfHalves;
  }
  cv::Mat1f fine;
  cv::resize(coarse, fine, size, 0, 0, cv::INTER_LINEAR);
  return fine;
}

double smooth_step(double from, double to, double at) {
  const double t = std::clamp((at - from) / (to - from), 0.0, 1.0);
  return t * t * (3 - 2 * t);
}

// Relative brightness of each row.
std::vector<float> row_light(int rows, const AugmentDraws& draws) {
  std::vector<float> light(static_cast<std::size_t>(rows));
  for (int y = 0; y < rows; ++y) {
    const double at = (kGainDepths - 1) * static_cast<double>(y) / std::max(1, rows - 1);
    const auto below = std::min(static_cast<std::size_t>(at), kGainDepths - 2);
    const double share = at - static_cast<double>(below);
    const double depth = draws.depths[below] * (1 - share) + draws.depths[below + 1] * share;
    light[static_cast<std::size_t>(y)] = static_cast<float>(1 + draws.time_gain * depth);
  }
  return light;
}

// How much of the shadow falls on a column, and on a row: soft at its sides and top, down to the last row.
std::vector<float> shadow_columns(int columns, const AugmentDraws& draws) {
  std::vector<float> dark(static_cast<std::size_t>(columns));
  for (int x = 0; x < columns; ++x) {
    const double off = std::abs((x + 0.5) / columns - draws.shadow_centre);
    dark[static_cast<std::size_t>(x)] = static_cast<float>(
        draws.shadow * (1 - smooth_step(draws.shadow_width / 4, draws.shadow_width / 2, off)));
  }
  return dark;
}

float shadow_depth(int y, int rows, const AugmentDraws& draws) {
  return static_cast<float>(smooth_step(draws.shadow_start, draws.shadow_start + 0.1, (y + 0.5) / rows));
}

}  // namespace

std::uint64_t keyed_word(std::uint64_t key, std::uint64_t i) {
  std::uint64_t value = key + i + 0x9E3779B97F4A7C15ULL;  // SplitMix64
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31);
}

// Speckle, time gain and shadow are factors on the level of each pixel.
cv::Mat1b with_artefacts(const cv::Mat1b& image, const AugmentDraws& draws) {
  if (draws.speckle == 0 && draws.time_gain == 0 && draws.shadow == 0) return image;
  const cv::Mat1f noise =
      draws.speckle == 0 ? cv::Mat1f(image.size(), 0.0F) : grain(image.size(), draws.noise);
  const std::vector<float> light = row_light(image.rows, draws);
  const std::vector<float> dark = shadow_columns(image.cols, draws);
  const auto strength = static_cast<float>(draws.speckle);
  cv::Mat1b result(image.size());
  for (int y = 0; y < image.rows; ++y) {
    const std::uint8_t* from = image[y];
    std::uint8_t* to = result[y];
    const float* noise_row = noise[y];
    const float row_factor = light[static_cast<std::size_t>(y)];
    const float depth = shadow_depth(y, image.rows, draws);
    for (int x = 0; x < image.cols; ++x) {
      const float factor =
          row_factor * (1 - dark[static_cast<std::size_t>(x)] * depth) * (1 + strength * noise_row[x]);
      to[x] =
          static_cast<std::uint8_t>(std::clamp(static_cast<float>(from[x]) * factor + 0.5F, 0.0F, 255.0F));
    }
  }
  return result;
}

// The fan of a curved probe, in units of width and height: its two sides run from the middle of the upper
// edge's seen part to the lower corners and meet above the image; its arc touches the middle of the lower
// edge.
cv::Mat1b sector(cv::Size size, double hidden) {
  const double above = (1 - hidden) / hidden;  // the apex, over the upper edge
  const double slope = 0.5 / (1 + above);      // half the width for each unit of depth
  cv::Mat1b seen(size, std::uint8_t{0});
  for (int y = 0; y < size.height; ++y) {
    const double depth = (y + 0.5) / size.height + above;
    for (int x = 0; x < size.width; ++x) {
      const double off = (x + 0.5) / size.width - 0.5;
      const bool inside = std::abs(off) <= slope * depth && std::hypot(off, depth) <= 1 + above;
      seen(y, x) = inside ? 255 : 0;
    }
  }
  return seen;
}

}  // namespace tn
