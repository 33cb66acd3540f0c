#include <cmath>
#include <cstdint>
#include <numbers>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "libcore/image/augment_draws.hpp"

namespace tn {
namespace {

constexpr int kControls = 6;  // points a side that the elastic pull moves freely; smooth between

// From pixels of the result to pixels of the source: flip, then turn and scale about the centre, then shift.
cv::Matx23d source_of(const AugmentDraws& draws, cv::Size size) {
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

// How far each pixel is pulled along one axis, at most about `reach` px.
cv::Mat1f pull(cv::Size size, double reach, std::uint64_t key, std::uint64_t first) {
  cv::Mat1f controls(kControls, kControls);
  std::uint64_t i = first;
  for (float& value : controls) {
    const auto share = static_cast<double>(keyed_word(key, i++) >> 11) / static_cast<double>(1ULL << 53);
    value = static_cast<float>(reach * (2 * share - 1));
  }
  cv::Mat1f smooth;
  cv::resize(controls, smooth, size, 0, 0, cv::INTER_CUBIC);
  return smooth;
}

// Each pixel's place in the source.
cv::Mat2f elastic_map(const AugmentDraws& draws, const cv::Matx23d& source, cv::Size size) {
  const cv::Mat1f right = pull(size, draws.elastic * size.width, draws.pull, 0);
  const cv::Mat1f down = pull(size, draws.elastic * size.height, draws.pull, kControls * kControls);
  cv::Mat2f map(size);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const cv::Vec2d at = source * cv::Vec3d(x + double{right(y, x)}, y + double{down(y, x)}, 1);
      map(y, x) = cv::Vec2f(at);
    }
  }
  return map;
}

}  // namespace

bool moves(const AugmentDraws& draws) {
  return draws.flip_horizontal || draws.flip_vertical || draws.degrees != 0 || draws.scale != 1 ||
         draws.shift_x != 0 || draws.shift_y != 0 || draws.elastic != 0;
}

Augmented moved(const cv::Mat1b& image, const cv::Mat1b* mask, const AugmentDraws& draws) {
  Augmented result;
  if (!moves(draws)) {
    result.image = image.clone();
    if (mask != nullptr) result.mask = mask->clone();
    return result;
  }
  const cv::Matx23d source = source_of(draws, image.size());
  const cv::Mat2f map = draws.elastic != 0 ? elastic_map(draws, source, image.size()) : cv::Mat2f();
  const auto warped = [&](const cv::Mat& pixels) {
    cv::Mat there;
    if (map.empty())
      cv::warpAffine(pixels, there, source, image.size(), cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                     cv::BORDER_CONSTANT, cv::Scalar(0));
    else
      cv::remap(pixels, there, map, cv::noArray(), cv::INTER_LINEAR, cv::BORDER_CONSTANT, cv::Scalar(0));
    return there;
  };
  result.image = warped(image);
  if (mask == nullptr) return result;
  cv::Mat1f share;
  mask->convertTo(share, CV_32F, 1.0 / 255);
  result.mask.emplace();
  cv::compare(warped(share), 0.5, *result.mask, cv::CMP_GE);
  return result;
}

}  // namespace tn
