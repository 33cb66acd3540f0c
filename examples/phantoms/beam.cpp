#include "examples/phantoms/beam.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace tn {
namespace {

constexpr double kAlike = 0.887;       // correlation of what the focused and the wide beam receive
constexpr double kGamma = 1.5;         // of the grey map: dark tones are pressed together
constexpr double kGreyOfGland = 0.52;  // where an echo of 0 dB stands between black and white

double amplitude(double decibels) {
  return std::pow(10.0, decibels / 20);
}

// Complex white noise of unit power: real and imaginary part.
cv::Mat2f scatterers(Random& random, cv::Size size) {
  cv::Mat2f field(size);
  for (cv::Vec2f& value : field) {
    const double radius = std::sqrt(-std::log(1.0 - random.uniform()));
    const double angle = 2 * std::numbers::pi * random.uniform();
    value = {static_cast<float>(radius * std::cos(angle)), static_cast<float>(radius * std::sin(angle))};
  }
  return field;
}

// The field under a Gaussian beam, its mean power kept.
cv::Mat2f blurred(const cv::Mat2f& field, double lateral_px, double axial_px) {
  cv::Mat2f out;
  cv::GaussianBlur(field, out, {0, 0}, lateral_px, axial_px, cv::BORDER_REFLECT);
  out *= std::sqrt(4 * std::numbers::pi * lateral_px * axial_px);
  return out;
}

// Sum of the losses above each pixel, in dB, spread sideways as wide as the beam.
cv::Mat1f way_down(const cv::Mat1f& loss_db, double lateral_px) {
  cv::Mat1f sum = loss_db.clone();
  for (int y = 1; y < sum.rows; ++y) sum.row(y) += sum.row(y - 1);
  cv::GaussianBlur(sum, sum, {0, 0}, 1.5 * lateral_px, 0.7, cv::BORDER_REFLECT);
  return sum;
}

// What reaches the transducer from each pixel, speckle included.
cv::Mat2f echoes(const Tissue& tissue, const Scanner& scanner, Random& random) {
  cv::Mat2f field = scatterers(random, tissue.echo_db.size());
  for (int y = 0; y < field.rows; ++y)
    for (int x = 0; x < field.cols; ++x) {
      field(y, x) *= amplitude(tissue.echo_db(y, x));
      field(y, x)[0] += tissue.glint(y, x);
    }
  const cv::Mat2f sharp = blurred(field, scanner.lateral_px, scanner.axial_px);
  const cv::Mat2f wide = blurred(field, 2 * scanner.lateral_px, 1.2 * scanner.axial_px);
  cv::Mat2f out(field.size());
  for (int y = 0; y < field.rows; ++y) {
    const double away = std::abs(static_cast<double>(y) / field.rows - scanner.focus);
    const double share = std::clamp(1.4 * away, 0.0, 1.0);
    out.row(y) = (1 - share) * sharp.row(y) + share * wide.row(y);
    out.row(y) *= 1 / std::sqrt((1 - share) * (1 - share) + share * share + 2 * kAlike * share * (1 - share));
  }
  return out;
}

}  // namespace

cv::Mat1f receive(const Tissue& tissue, const Scanner& scanner, Random& random) {
  const cv::Mat2f signal = echoes(tissue, scanner, random);
  const cv::Mat2f noise =
      blurred(scatterers(random, signal.size()), 0.5 * scanner.lateral_px, scanner.axial_px);
  const cv::Mat1f lost = way_down(tissue.loss_db, scanner.lateral_px);
  cv::Mat1f power(signal.size());
  for (int y = 0; y < power.rows; ++y) {
    const double depth = static_cast<double>(y) / power.rows;
    const double time_gain = scanner.time_gain_db * depth;
    const float noise_level = static_cast<float>(amplitude(scanner.noise_db + time_gain));
    for (int x = 0; x < power.cols; ++x) {
      const double down = time_gain - scanner.attenuation_db * depth - lost(y, x);
      const cv::Vec2f sum = signal(y, x) * amplitude(down) + noise(y, x) * noise_level;
      power(y, x) = sum.dot(sum);
    }
  }
  return power;
}

cv::Mat1b show(const cv::Mat1f& received, const Scanner& scanner) {
  cv::Mat1f power;
  cv::GaussianBlur(received, power, {0, 0}, scanner.video_px, scanner.video_px, cv::BORDER_REFLECT);
  cv::Mat1b picture(power.size());
  for (int y = 0; y < picture.rows; ++y)
    for (int x = 0; x < picture.cols; ++x) {
      const double shown = 10 * std::log10(std::max(power(y, x), 1e-12F)) + scanner.gain_db;
      const double grey = std::clamp(kGreyOfGland + shown / scanner.range_db, 0.0, 1.0);
      picture(y, x) = cv::saturate_cast<std::uint8_t>(255 * std::pow(grey, kGamma));
    }
  return picture;
}

Scanner draw_scanner(Random& random, cv::Size size) {
  Scanner scanner;
  scanner.axial_px = random.uniform(0.0030, 0.0040) * size.height;
  scanner.lateral_px = random.uniform(0.0050, 0.0085) * size.height;
  scanner.focus = random.uniform(0.25, 0.55);
  scanner.attenuation_db = random.uniform(24, 36);
  scanner.time_gain_db = scanner.attenuation_db + random.uniform(-9, 3);
  scanner.video_px = random.uniform(0.0018, 0.0028) * size.height;
  scanner.noise_db = random.uniform(-60, -50);
  scanner.gain_db = random.uniform(-9, 6);
  scanner.range_db = random.uniform(48, 62);
  return scanner;
}

}  // namespace tn
