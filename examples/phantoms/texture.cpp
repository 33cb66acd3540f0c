#include "examples/phantoms/texture.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace tn {

cv::Mat1f smooth_noise(Random& random, cv::Size size, double reach_x, double reach_y) {
  // Drawn on a grid as coarse as the grains allow, with a margin, and enlarged.
  const double step_x = std::max(1.0, reach_x / 2);
  const double step_y = std::max(1.0, reach_y / 2);
  cv::Mat1f coarse(static_cast<int>(std::ceil(size.height / step_y)) + 4,
                   static_cast<int>(std::ceil(size.width / step_x)) + 4);
  for (float& value : coarse) value = static_cast<float>(random.normal());
  cv::GaussianBlur(coarse, coarse, {0, 0}, reach_x / step_x, reach_y / step_y, cv::BORDER_REFLECT);
  cv::Mat1f field;
  cv::resize(coarse, field, size, 0, 0, cv::INTER_CUBIC);
  cv::Scalar mean, deviation;
  cv::meanStdDev(field, mean, deviation);
  field = (field - mean[0]) / std::max(deviation[0], 1e-6);
  return field;
}

Winding::Winding(Random& random, double amplitude) {
  for (std::size_t i = 0; i < amplitude_.size(); ++i) {
    amplitude_[i] = amplitude * random.uniform(0.2, 0.5) / static_cast<double>(i + 1);
    frequency_[i] = random.uniform(1.0, 3.0) * static_cast<double>(i + 1);
    phase_[i] = random.uniform(0, 2 * std::numbers::pi);
  }
}

double Winding::operator()(double x) const {
  double y = 0;
  for (std::size_t i = 0; i < amplitude_.size(); ++i)
    y += amplitude_[i] * std::sin(frequency_[i] * x + phase_[i]);
  return y;
}

}  // namespace tn
