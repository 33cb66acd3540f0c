#include "libcore/image/augment.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "libcore/base/error.hpp"
#include "libcore/base/random.hpp"

namespace tn {
namespace {

constexpr std::size_t kDepths = 5;  // where the time gain has a value of its own; linear between

// Everything that is random about one augmentation. Steps that are not done hold their neutral value.
struct Draws {
  bool flip_horizontal, flip_vertical;
  double degrees, scale, shift_x, shift_y;
  double gamma, gain, contrast, blur, speckle;
  std::uint64_t noise;
  double time_gain;
  std::array<double, kDepths> depths;  // in [-1,1)
  double shadow;
  double shadow_centre, shadow_width, shadow_start;  // shares of the width, width and height
};

Draws draw(const AugmentOptions& options, Random& random) {
  const auto step = [&](const Step& of, double neutral) {
    const bool done = random.chance(of.probability);
    const double value = random.uniform(of.low, of.high);
    return done ? value : neutral;
  };
  Draws draws{};
  draws.flip_horizontal = random.chance(options.flip_horizontal);
  draws.flip_vertical = random.chance(options.flip_vertical);
  draws.degrees = step(options.rotate, 0);
  draws.scale = step(options.scale, 1);
  const bool shifted = random.chance(options.shift.probability);
  const double x = random.uniform(options.shift.low, options.shift.high);
  const double y = random.uniform(options.shift.low, options.shift.high);
  if (shifted) {
    draws.shift_x = x;
    draws.shift_y = y;
  }
  draws.gamma = step(options.gamma, 1);
  draws.gain = step(options.gain, 1);
  draws.contrast = step(options.contrast, 1);
  draws.blur = step(options.blur, 0);
  draws.speckle = step(options.speckle, 0);
  const std::uint64_t high = random.word();
  draws.noise = high << 32 | random.word();
  draws.time_gain = step(options.time_gain, 0);
  for (double& depth : draws.depths) depth = random.uniform(-1, 1);
  draws.shadow = step(options.shadow, 0);
  draws.shadow_centre = random.uniform();
  draws.shadow_width = random.uniform(0.05, 0.2);
  draws.shadow_start = random.uniform(0.1, 0.6);
  return draws;
}

bool moves(const Draws& draws) {
  return draws.flip_horizontal || draws.flip_vertical || draws.degrees != 0 || draws.scale != 1 ||
         draws.shift_x != 0 || draws.shift_y != 0;
}

// From pixels of the result to pixels of the source: flip, then turn and scale about the centre, then shift.
cv::Matx23d source_of(const Draws& draws, cv::Size size) {
  const double centre_x = (size.width - 1) / 2.0;
  const double centre_y = (size.height - 1) / 2.0;
  const double angle = draws.degrees * std::numbers::pi / 180;
  const double c = std::cos(angle) / draws.scale;
  const double s = std::sin(angle) / draws.scale;
  const double flip_x = draws.flip_horizontal ? -1 : 1;
  const double flip_y = draws.flip_vertical ? -1 : 1;
  const double to_x = centre_x + draws.shift_x * size.width;
  const double to_y = centre_y + draws.shift_y * size.height;
  const double a = flip_x * c;
  const double b = flip_x * -s;
  const double d = flip_y * s;
  const double e = flip_y * c;
  return {a, b, centre_x - a * to_x - b * to_y, d, e, centre_y - d * to_x - e * to_y};
}

cv::Mat warp(const cv::Mat& image, const cv::Matx23d& source) {
  cv::Mat moved;
  cv::warpAffine(image, moved, source, image.size(), cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                 cv::BORDER_CONSTANT, cv::Scalar(0));
  return moved;
}

cv::Mat1b move_mask(const cv::Mat1b& mask, const cv::Matx23d& source) {
  cv::Mat1f share;
  mask.convertTo(share, CV_32F, 1.0 / 255);
  cv::Mat1b moved;
  cv::compare(warp(share, source), 0.5, moved, cv::CMP_GE);
  return moved;
}

// Gamma, gain and contrast as one table; contrast turns about the level that the mean has become.
void change_levels(cv::Mat1b& image, const Draws& draws) {
  if (draws.gamma == 1 && draws.gain == 1 && draws.contrast == 1) return;
  const auto brightened = [&](double level) { return std::pow(level / 255, draws.gamma) * draws.gain; };
  const double pivot = brightened(cv::mean(image)[0]);
  cv::Mat1b table(1, 256);
  for (int level = 0; level < 256; ++level)
    table(0, level) =
        cv::saturate_cast<std::uint8_t>(255 * (pivot + draws.contrast * (brightened(level) - pivot)));
  cv::LUT(image, table, image);
}

std::uint64_t splitmix(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15ULL;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31);
}

// Mean 0, standard deviation about 1, nearly normal (four uniform numbers a value), correlated over 2 px.
cv::Mat1f grain(cv::Size size, std::uint64_t key) {
  constexpr float kOfFour = 1.7320508F;  // 1 / standard deviation of a sum of four uniform numbers
  constexpr float kOfHalves = 1.6F;      // what doubling by linear interpolation takes away
  cv::Mat1f coarse((size.height + 1) / 2, (size.width + 1) / 2);
  std::uint64_t count = 0;
  for (float& value : coarse) {
    const std::uint64_t word = splitmix(key + count++);
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
std::vector<float> row_light(int rows, const Draws& draws) {
  std::vector<float> light(static_cast<std::size_t>(rows));
  for (int y = 0; y < rows; ++y) {
    const double at = (kDepths - 1) * static_cast<double>(y) / std::max(1, rows - 1);
    const auto below = std::min(static_cast<std::size_t>(at), kDepths - 2);
    const double share = at - static_cast<double>(below);
    const double depth = draws.depths[below] * (1 - share) + draws.depths[below + 1] * share;
    light[static_cast<std::size_t>(y)] = static_cast<float>(1 + draws.time_gain * depth);
  }
  return light;
}

// How much of the shadow falls on a column, and on a row: soft at its sides and top, down to the last row.
std::vector<float> shadow_columns(int columns, const Draws& draws) {
  std::vector<float> dark(static_cast<std::size_t>(columns));
  for (int x = 0; x < columns; ++x) {
    const double off = std::abs((x + 0.5) / columns - draws.shadow_centre);
    dark[static_cast<std::size_t>(x)] = static_cast<float>(
        draws.shadow * (1 - smooth_step(draws.shadow_width / 4, draws.shadow_width / 2, off)));
  }
  return dark;
}

float shadow_depth(int y, int rows, const Draws& draws) {
  return static_cast<float>(smooth_step(draws.shadow_start, draws.shadow_start + 0.1, (y + 0.5) / rows));
}

// Speckle, time gain and shadow are factors on the level of each pixel.
void change_light(cv::Mat1b& image, const Draws& draws) {
  if (draws.speckle == 0 && draws.time_gain == 0 && draws.shadow == 0) return;
  const cv::Mat1f noise =
      draws.speckle == 0 ? cv::Mat1f(image.size(), 0.0F) : grain(image.size(), draws.noise);
  const std::vector<float> light = row_light(image.rows, draws);
  const std::vector<float> dark = shadow_columns(image.cols, draws);
  const auto strength = static_cast<float>(draws.speckle);
  for (int y = 0; y < image.rows; ++y) {
    std::uint8_t* row = image[y];
    const float* noise_row = noise[y];
    const float row_factor = light[static_cast<std::size_t>(y)];
    const float depth = shadow_depth(y, image.rows, draws);
    for (int x = 0; x < image.cols; ++x) {
      const float factor =
          row_factor * (1 - dark[static_cast<std::size_t>(x)] * depth) * (1 + strength * noise_row[x]);
      row[x] =
          static_cast<std::uint8_t>(std::clamp(static_cast<float>(row[x]) * factor + 0.5F, 0.0F, 255.0F));
    }
  }
}

}  // namespace

Augmented augment(const cv::Mat1b& image, const cv::Mat1b* mask, const AugmentOptions& options,
                  Random& random) {
  if (mask != nullptr && mask->size() != image.size())
    throw Error(Exit::internal, "a mask of {} x {} px cannot move with an image of {} x {}", mask->cols,
                mask->rows, image.cols, image.rows);
  const Draws draws = draw(options, random);
  Augmented result;
  if (moves(draws)) {
    const cv::Matx23d source = source_of(draws, image.size());
    result.image = warp(image, source);
    if (mask != nullptr) result.mask = move_mask(*mask, source);
  } else {
    result.image = image.clone();
    if (mask != nullptr) result.mask = mask->clone();
  }
  change_levels(result.image, draws);
  if (draws.blur > 0) cv::GaussianBlur(result.image, result.image, cv::Size(), draws.blur);
  change_light(result.image, draws);
  return result;
}

AugmentOptions paper_augment() {
  AugmentOptions options;
  options.flip_horizontal = 0.5;
  options.flip_vertical = 0.5;
  options.rotate = {0.5, -30, 30};
  return options;
}

AugmentOptions practical_augment() {
  AugmentOptions options = paper_augment();
  options.scale = {0.5, 0.8, 1.25};
  options.shift = {0.5, -0.1, 0.1};
  options.gamma = {0.5, 0.7, 1.4};
  options.gain = {0.5, 0.8, 1.25};
  options.contrast = {0.3, 0.8, 1.25};
  options.blur = {0.2, 0.3, 1.2};
  options.speckle = {0.3, 0.03, 0.15};
  options.time_gain = {0.3, 0.1, 0.4};
  options.shadow = {0.2, 0.3, 0.8};
  return options;
}

}  // namespace tn
