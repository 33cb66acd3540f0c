#include "libcore/image/calipers.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <utility>

#include "libcore/base/interrupt.hpp"

namespace tn {
namespace {

constexpr std::array<int, 6> kReaches{4, 5, 6, 8, 10, 12};  // in strokes
constexpr int kPad = 13;                                    // in strokes, over the longest reach
constexpr double kLikeness = 0.5;                           // least correlation with the sign
constexpr double kFirstContrast = 15;                       // levels, weakest arm over brightest quarter
constexpr double kContrast = 40;  // levels, weakest arm over the window's background
constexpr int kSearched = 2;      // px: wider strokes are searched for at this width, in a smaller copy

std::array<cv::Point, 4> arms(bool diagonal) {
  if (diagonal) return {cv::Point(1, 1), {1, -1}, {-1, 1}, {-1, -1}};
  return {cv::Point(1, 0), {-1, 0}, {0, 1}, {0, -1}};
}

double mean_along(const cv::Mat1b& image, cv::Point from, cv::Point step, int first, int last) {
  double sum = 0;
  for (int k = first; k <= last; ++k) sum += image(from + k * step);
  return sum / (last - first + 1);
}

// Cheap: is there a cross of the shortest reach at all?
bool may_be_cross(const cv::Mat1b& image, cv::Point centre, bool diagonal, int width) {
  double weakest = 255;
  double brightest = 0;
  for (const cv::Point step : arms(diagonal))
    weakest = std::min(weakest, mean_along(image, centre, step, width, kReaches.front() * width));
  for (const cv::Point step : arms(!diagonal)) {
    brightest = std::max(brightest, mean_along(image, centre, step, 2 * width, kReaches.front() * width));
    if (weakest - brightest < kFirstContrast) return false;
  }
  return true;
}

// 255 on the strokes, in a window of 2 * reach + 1.
cv::Mat1b sign(int reach, int width, bool diagonal) {
  cv::Mat1b drawn(2 * reach + 1, 2 * reach + 1, std::uint8_t{0});
  for (const cv::Point step : arms(diagonal))
    for (int k = 0; k <= reach; ++k) drawn(cv::Point(reach, reach) + k * step) = 255;
  if (width > 1) cv::dilate(drawn, drawn, cv::getStructuringElement(cv::MORPH_RECT, cv::Size(width, width)));
  return drawn;
}

double percentile(std::vector<double> values, double share) {
  const auto at =
      values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

double correlation(const cv::Mat1b& window, const cv::Mat1b& drawn) {
  cv::Mat1f result;
  cv::matchTemplate(window, drawn, result, cv::TM_CCOEFF_NORMED);
  return result(0, 0);
}

// A sign that is looked for.
struct Shape {
  Caliper like;  // but for its place and level
  cv::Mat1b drawn;
};

std::vector<Shape> shapes_of_width(int width, bool diagonal) {
  std::vector<Shape> shapes;
  for (const int reach : kReaches)
    shapes.push_back({{{}, reach * width, width, diagonal, 0}, sign(reach * width, width, diagonal)});
  return shapes;
}

// The sign at `centre` of the padded image, if it is one; with its likeness.
std::optional<std::pair<double, Caliper>> cross(const cv::Mat1b& image, cv::Point centre,
                                                const Shape& looked_for) {
  const auto& [shape, drawn] = looked_for;
  const int side = 2 * shape.reach + 1;
  const cv::Mat1b window = image(cv::Rect(centre.x - shape.reach, centre.y - shape.reach, side, side));
  const double likeness = correlation(window, drawn);
  if (likeness < kLikeness) return std::nullopt;
  std::vector<double> around;
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x)
      if (drawn(y, x) == 0) around.push_back(window(y, x));
  double weakest = 255;
  std::vector<double> strokes;
  for (const cv::Point step : arms(shape.diagonal)) {
    std::vector<double> arm;
    for (int k = 1; k <= shape.reach; ++k) arm.push_back(image(centre + k * step));
    strokes.insert(strokes.end(), arm.begin(), arm.end());
    weakest = std::min(weakest, percentile(std::move(arm), 0.5));
  }
  if (weakest - percentile(around, 0.5) < kContrast || weakest < percentile(around, 0.9)) return std::nullopt;
  Caliper found = shape;
  found.centre = centre;
  found.level = percentile(std::move(strokes), 0.5);
  return std::pair(likeness, found);
}

using Scored = std::vector<std::pair<double, Caliper>>;

// As they are in the image, whatever the size of a sign. A signal ends it with Error(interrupted |
// terminated).
Scored crosses_of_width(const cv::Mat1b& image, int width) {
  const int pad = kPad * width;
  cv::Mat1b padded;
  cv::copyMakeBorder(image, padded, pad, pad, pad, pad, cv::BORDER_REPLICATE);
  const std::array shapes{shapes_of_width(width, false), shapes_of_width(width, true)};
  Scored found;
  for (int y = 0; y < image.rows; ++y) {
    stop_if_interrupted();
    for (int x = 0; x < image.cols; ++x) {
      const cv::Point centre(x + pad, y + pad);
      for (const bool diagonal : {false, true}) {
        if (!may_be_cross(padded, centre, diagonal, width)) continue;
        for (const Shape& shape : shapes.at(diagonal ? 1 : 0)) {
          auto one = cross(padded, centre, shape);
          if (!one) continue;
          one->second.centre = {x, y};
          found.push_back(*one);
        }
      }
    }
  }
  return found;
}

// Where the middle of a stroke of two pixels in the copy lies in the image: the first pixel of an even number
// of middle ones.
int place_in_image(int in_copy, double scale, int width) {
  return static_cast<int>(std::lround((in_copy + 1) * scale - (width % 2 == 0 ? 1.0 : 0.5)));
}

// Signs of wide strokes, in a copy so small that their strokes are kSearched px wide: a window grows with the
// square of a stroke's width, and smooth pictures have many places to try.
Scored crosses_of_wide_strokes(const cv::Mat1b& image, int width) {
  const double scale = static_cast<double>(width) / kSearched;
  const cv::Size size(std::max(1, static_cast<int>(std::lround(image.cols / scale))),
                      std::max(1, static_cast<int>(std::lround(image.rows / scale))));
  cv::Mat1b copy;
  cv::resize(image, copy, size, 0, 0, cv::INTER_AREA);
  Scored found = crosses_of_width(copy, kSearched);
  for (auto& [likeness, one] : found) {
    one.centre.x = place_in_image(one.centre.x, static_cast<double>(image.cols) / size.width, width);
    one.centre.y = place_in_image(one.centre.y, static_cast<double>(image.rows) / size.height, width);
    one.centre.x = std::clamp(one.centre.x, 0, image.cols - 1);
    one.centre.y = std::clamp(one.centre.y, 0, image.rows - 1);
    one.reach = one.reach / kSearched * width;
    one.width = width;
  }
  return found;
}

}  // namespace

std::vector<Caliper> find_calipers(const cv::Mat1b& image, int widest) {
  Scored found;
  for (int width = 1; width <= widest; ++width) {
    const Scored some =
        width <= kSearched ? crosses_of_width(image, width) : crosses_of_wide_strokes(image, width);
    found.insert(found.end(), some.begin(), some.end());
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<Caliper> kept;
  cv::Mat1b taken(image.size(), std::uint8_t{0});  // by those that are kept, as far as they reach
  for (const auto& [likeness, one] : found) {
    if (taken(one.centre) != 0) continue;
    kept.push_back(one);
    const int side = 2 * one.reach + 1;
    const cv::Rect window(one.centre.x - one.reach, one.centre.y - one.reach, side, side);
    taken(window & cv::Rect({0, 0}, image.size())) = 255;
  }
  return kept;
}

void draw(const Caliper& caliper, cv::Mat1b& marks) {
  const int reach = caliper.reach;
  const cv::Rect window(caliper.centre.x - reach, caliper.centre.y - reach, 2 * reach + 1, 2 * reach + 1);
  const cv::Rect inside = window & cv::Rect({0, 0}, marks.size());
  const cv::Mat1b drawn = sign(reach, caliper.width, caliper.diagonal);
  marks(inside) |= drawn(inside - window.tl());
}

}  // namespace tn
