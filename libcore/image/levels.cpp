#include "libcore/image/levels.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace tn {
namespace {

// Variance over mean squared of each window; 0 where the mean is below 1.
cv::Mat1f relative_variance(const cv::Mat1f& mean, const cv::Mat1f& mean_of_squares) {
  cv::Mat1f relative(mean.size());
  for (int y = 0; y < mean.rows; ++y) {
    for (int x = 0; x < mean.cols; ++x) {
      const float square = mean(y, x) * mean(y, x);
      relative(y, x) = mean(y, x) < 1 ? 0 : std::max(0.0F, mean_of_squares(y, x) / square - 1);
    }
  }
  return relative;
}

float noise_of(const cv::Mat1f& mean, const cv::Mat1f& relative) {
  std::vector<float> values;
  for (int y = 0; y < mean.rows; ++y)
    for (int x = 0; x < mean.cols; ++x)
      if (mean(y, x) >= 1) values.push_back(relative(y, x));
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

cv::Mat1b median_filtered(const cv::Mat1b& image, int size) {
  cv::Mat1b result;
  cv::medianBlur(image, result, size);
  return result;
}

cv::Mat1b speckle_filtered(const cv::Mat1b& image, int size) {
  const cv::Size window(size, size);
  cv::Mat1f mean, mean_of_squares;
  cv::boxFilter(image, mean, CV_32F, window);
  cv::sqrBoxFilter(image, mean_of_squares, CV_32F, window);
  const cv::Mat1f relative = relative_variance(mean, mean_of_squares);
  const float noise = noise_of(mean, relative);
  cv::Mat1b result(image.size());
  for (int y = 0; y < image.rows; ++y) {
    for (int x = 0; x < image.cols; ++x) {
      const float weight = relative(y, x) > noise ? 1 - noise / relative(y, x) : 0;
      const float level = mean(y, x) + weight * (static_cast<float>(image(y, x)) - mean(y, x));
      result(y, x) = cv::saturate_cast<std::uint8_t>(level);
    }
  }
  return result;
}

cv::Mat1b equalized(const cv::Mat1b& image, double limit, int tiles) {
  cv::Mat1b result;
  cv::createCLAHE(limit, cv::Size(tiles, tiles))->apply(image, result);
  return result;
}

cv::Mat1b normalized(const cv::Mat1b& image, double percent) {
  std::array<std::int64_t, 256> count{};
  for (const std::uint8_t level : image) ++count[level];
  const double outside = static_cast<double>(image.total()) * percent / 100;
  std::size_t low = 0;
  for (double below = static_cast<double>(count[0]); below <= outside && low < 255;)
    below += static_cast<double>(count[++low]);
  std::size_t high = 255;
  for (double above = static_cast<double>(count[255]); above <= outside && high > 0;)
    above += static_cast<double>(count[--high]);
  if (low >= high) return image.clone();
  cv::Mat1b table(1, 256);
  const double scale = 255 / static_cast<double>(high - low);
  for (int level = 0; level < 256; ++level)
    table(0, level) = cv::saturate_cast<std::uint8_t>((level - static_cast<double>(low)) * scale);
  cv::Mat1b result;
  cv::LUT(image, table, result);
  return result;
}

}  // namespace tn
