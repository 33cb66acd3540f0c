#include <cmath>
#include <cstdint>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "libcore/image/augment_draws.hpp"

namespace tn {
namespace {

// Gamma, gain and contrast as one table; contrast turns about the level that the mean has become.
cv::Mat1b level_table(const AugmentDraws& draws, double mean) {
  const auto brightened = [&](double level) { return std::pow(level / 255, draws.gamma) * draws.gain; };
  const double pivot = brightened(mean);
  cv::Mat1b table(1, 256);
  for (int level = 0; level < 256; ++level)
    table(0, level) =
        cv::saturate_cast<std::uint8_t>(255 * (pivot + draws.contrast * (brightened(level) - pivot)));
  return table;
}

}  // namespace

cv::Mat1b with_levels(const cv::Mat1b& image, const AugmentDraws& draws) {
  cv::Mat1b result = image;
  if (draws.gamma != 1 || draws.gain != 1 || draws.contrast != 1) {
    cv::Mat1b changed;
    cv::LUT(result, level_table(draws, cv::mean(image)[0]), changed);
    result = changed;
  }
  if (draws.blur > 0) {
    cv::Mat1b soft;
    cv::GaussianBlur(result, soft, cv::Size(), draws.blur);
    result = soft;
  }
  return result;
}

}  // namespace tn
