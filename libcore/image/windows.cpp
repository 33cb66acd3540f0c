#include "libcore/image/windows.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>

#include "libcore/base/error.hpp"

namespace tn {
namespace {

cv::Rect rect_of(const Area& area) {
  return {area.left, area.top, area.width, area.height};
}

// Where the windows begin along one side.
std::vector<int> starts(int length, int size, double overlap) {
  if (size >= length) return {0};
  const double step = std::max(1.0, size * (1 - overlap));
  const int steps = static_cast<int>(std::ceil((length - size) / step));
  std::vector<int> all;
  for (int i = 0; i <= steps; ++i)
    all.push_back(static_cast<int>(std::lround(static_cast<double>(length - size) * i / steps)));
  return all;
}

// Weights along one side: 1 where that side of the window is outermost, else they rise from the border on, to
// 1 in the middle.
std::vector<float> ramp(int length, bool first, bool last) {
  std::vector<float> weights(static_cast<std::size_t>(length), 1.0F);
  const float half = static_cast<float>(length) / 2;
  for (int i = 0; i < length; ++i) {
    const float before = first ? 1.0F : (static_cast<float>(i) + 0.5F) / half;
    const float after = last ? 1.0F : (static_cast<float>(length - i) - 0.5F) / half;
    weights[static_cast<std::size_t>(i)] = std::min({1.0F, before, after});
  }
  return weights;
}

}  // namespace

void check(const WindowOptions& options) {
  if (options.size != 0 && (options.size < 32 || options.size > 65536))
    throw Error(Exit::usage, "--window: {} is not in 32 to 65536 px", options.size);
  if (!(options.overlap >= 0 && options.overlap <= 0.9))
    throw Error(Exit::usage, "--overlap: {} is not in 0 to 0.9", options.overlap);
  if (options.size == 0 && options.overlap != WindowOptions().overlap)
    throw Error(Exit::usage, "--overlap needs --window");
}

std::vector<cv::Rect> windows_over(cv::Size area, const WindowOptions& options) {
  if (options.size == 0) return {{0, 0, area.width, area.height}};
  const int size = static_cast<int>(options.size);
  const int width = std::min(size, area.width), height = std::min(size, area.height);
  std::vector<cv::Rect> windows;
  for (const int y : starts(area.height, size, options.overlap))
    for (const int x : starts(area.width, size, options.overlap)) windows.emplace_back(x, y, width, height);
  return windows;
}

WindowBlend::WindowBlend(ImageSize source, const std::vector<Placement>& windows)
    : sum_(source.height, source.width, 0.0F), weight_(source.height, source.width, 0.0F) {
  for (const Placement& window : windows) all_ |= rect_of(part_of(window));
}

void WindowBlend::add(const cv::Mat1f& frame, const Placement& window) {
  const cv::Rect place = rect_of(part_of(window));
  Placement alone = window;  // the window as an image of its own
  alone.source = {place.width, place.height};
  alone.crop.reset();
  const cv::Mat1f map = restore(frame, alone);
  const auto across = ramp(place.width, place.x == all_.x, place.br().x == all_.br().x);
  const auto down = ramp(place.height, place.y == all_.y, place.br().y == all_.br().y);
  for (int y = 0; y < place.height; ++y) {
    float* sum = sum_[place.y + y] + place.x;
    float* weight = weight_[place.y + y] + place.x;
    for (int x = 0; x < place.width; ++x) {
      const float w = across[static_cast<std::size_t>(x)] * down[static_cast<std::size_t>(y)];
      sum[x] += w * map(y, x);
      weight[x] += w;
    }
  }
}

cv::Mat1f WindowBlend::mean() const {
  cv::Mat1f map(sum_.size(), 0.0F);
  cv::divide(sum_, cv::max(weight_, 1e-30F), map);
  return map;
}

}  // namespace tn
