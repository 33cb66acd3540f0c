#include "libcore/image/alignment.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace tn {
namespace {

constexpr int kSteps = 10;
constexpr double kNear = 0.02;       // px; a shorter step ends the search
constexpr double kMostShift = 0.12;  // of the side
constexpr double kMostStretch = 0.25;
constexpr double kMostStep = 0.05;       // of the side or of the scale, in one step
constexpr double kLeastOverlap = 0.7;    // of the area
constexpr double kFlat = 0.25;           // of the whole picture's contrast: less counts as none
constexpr double kLeastContrast = 0.02;  // grey levels: a picture with less has no detail

// Pixels of one axis of the fixed picture, [first, last], whose counterparts lie within the moving one.
struct Reach {
  int first;
  int last;
  int length() const { return last - first + 1; }
};

Reach reach(int side, double shift, double stretch) {
  const double centre = (side - 1) / 2.0;
  const double scale = 1 + stretch;
  const double first = (0 - centre - shift * side) / scale + centre;
  const double last = (side - 1 - centre - shift * side) / scale + centre;
  constexpr double kDust = 1e-9;
  return {std::max(0, static_cast<int>(std::ceil(first - kDust))),
          std::min(side - 1, static_cast<int>(std::floor(last + kDust)))};
}

cv::Mat1f warped(const cv::Mat1f& picture, const Warp& warp) {
  const double side = picture.cols;
  const double centre = (side - 1) / 2;
  const cv::Matx23d map(1 + warp.stretch_x, 0, side * warp.shift_x - centre * warp.stretch_x,  //
                        0, 1 + warp.stretch_y, side * warp.shift_y - centre * warp.stretch_y);
  cv::Mat1f out;
  cv::warpAffine(picture, out, map, picture.size(), cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                 cv::BORDER_REPLICATE);
  return out;
}

// The part of a picture as one row.
cv::Mat1f row_of(const cv::Mat1f& picture, const cv::Rect& part) {
  return picture(part).clone().reshape(1, 1);
}

double correlation(const cv::Mat1f& a, const cv::Mat1f& b) {
  const auto n = static_cast<double>(a.total());
  const double mean_a = cv::sum(a)[0] / n;
  const double mean_b = cv::sum(b)[0] / n;
  const double power = (a.dot(a) - n * mean_a * mean_a) * (b.dot(b) - n * mean_b * mean_b);
  return power > 0 ? (a.dot(b) - n * mean_a * mean_b) / std::sqrt(power) : 0;
}

// The two pictures where both are, laid on each other by a warp, as rows of pixels.
struct Pair {
  bool apart = true;  // they share too little
  cv::Rect part;
  cv::Mat1f fixed;
  cv::Mat1f moved;  // the whole moving picture on the fixed one's grid
  cv::Mat1f moving;
};

Pair lay(const cv::Mat1f& fixed, const cv::Mat1f& moving, const Warp& warp) {
  Pair pair;
  const Reach x = reach(fixed.cols, warp.shift_x, warp.stretch_x);
  const Reach y = reach(fixed.rows, warp.shift_y, warp.stretch_y);
  if (x.length() < 1 || y.length() < 1) return pair;
  pair.part = {x.first, y.first, x.length(), y.length()};
  if (pair.part.area() < kLeastOverlap * static_cast<double>(fixed.total())) return pair;
  pair.apart = false;
  pair.moved = warped(moving, warp);
  pair.fixed = row_of(fixed, pair.part);
  pair.moving = row_of(pair.moved, pair.part);
  return pair;
}

// The change of the moving picture with shift and stretch along one axis, as two rows of pixels.
std::array<cv::Mat1f, 2> slopes(const Pair& pair, bool along_x, double stretch) {
  const double side = pair.moved.cols;
  cv::Mat1f slope;
  cv::Sobel(pair.moved, slope, CV_32F, along_x ? 1 : 0, along_x ? 0 : 1, 1, 0.5 * side / (1 + stretch));
  slope = slope(pair.part).clone();
  cv::Mat1f with_place = slope.clone();
  for (int y = 0; y < slope.rows; ++y) {
    float* row = with_place[y];
    for (int x = 0; x < slope.cols; ++x) {
      const int at = along_x ? x + pair.part.x : y + pair.part.y;
      row[x] *= static_cast<float>((at - (side - 1) / 2) / side);
    }
  }
  return {slope.reshape(1, 1), with_place.reshape(1, 1)};
}

// The step that the differences of the two pictures ask for; nothing changes if they say nothing.
Warp step(const Pair& pair, const Warp& warp) {
  const auto [shift_x, stretch_x] = slopes(pair, true, warp.stretch_x);
  const auto [shift_y, stretch_y] = slopes(pair, false, warp.stretch_y);
  const cv::Mat1f ones(1, pair.fixed.cols, 1.0F);
  const std::array<const cv::Mat1f*, 6> terms{&shift_x,   &stretch_x,   &shift_y,
                                              &stretch_y, &pair.moving, &ones};
  cv::Matx<double, 6, 6> normal;
  cv::Vec<double, 6> right;
  for (int i = 0; i < 6; ++i) {
    const cv::Mat1f& term = *terms.at(static_cast<std::size_t>(i));
    right[i] = term.dot(pair.fixed);
    for (int j = 0; j <= i; ++j)
      normal(i, j) = normal(j, i) = term.dot(*terms.at(static_cast<std::size_t>(j)));
    normal(i, i) *= 1 + 1e-6;
  }
  cv::Vec<double, 6> solved;
  if (!cv::solve(normal, right, solved, cv::DECOMP_CHOLESKY)) return {};
  const double gain = solved[4];
  if (!(gain > 0.05)) return {};
  const auto part = [&](int i) { return std::clamp(solved[i] / gain, -kMostStep, kMostStep); };
  return {part(0), part(1), part(2), part(3)};
}

Warp sum(const Warp& a, const Warp& b) {
  return {a.shift_x + b.shift_x, a.stretch_x + b.stretch_x, a.shift_y + b.shift_y, a.stretch_y + b.stretch_y};
}

bool in_range(const Warp& warp) {
  return std::abs(warp.shift_x) <= kMostShift && std::abs(warp.shift_y) <= kMostShift &&
         std::abs(warp.stretch_x) <= kMostStretch && std::abs(warp.stretch_y) <= kMostStretch;
}

// The longest way that a pixel goes by it, in shares of the side.
double length(const Warp& warp) {
  return std::max(std::abs(warp.shift_x) + std::abs(warp.stretch_x) / 2,
                  std::abs(warp.shift_y) + std::abs(warp.stretch_y) / 2);
}

}  // namespace

cv::Mat1f detail(const cv::Mat1f& picture) {
  const int width = picture.cols / 8 | 1;
  const cv::Size window(width, width);
  cv::Mat1f level;
  cv::blur(picture, level, window, {-1, -1}, cv::BORDER_REFLECT);
  cv::Mat1f fine;
  cv::subtract(picture, level, fine);
  const double contrast = cv::norm(fine) / std::sqrt(static_cast<double>(fine.total()));
  if (contrast < kLeastContrast) return cv::Mat1f(picture.size(), 0.0F);
  cv::Mat1f power;
  cv::blur(fine.mul(fine), power, {2 * width + 1, 2 * width + 1}, {-1, -1}, cv::BORDER_REFLECT);
  power += kFlat * kFlat * contrast * contrast;
  cv::sqrt(power, power);
  fine /= power;
  return fine;
}

Alignment align(const cv::Mat1f& fixed, const cv::Mat1f& moving, const Warp& start) {
  Alignment best;
  best.warp = start;
  Warp warp = start;
  int worse = 0;  // steps since the best
  for (int i = 0; i <= kSteps && worse < 2 && in_range(warp); ++i) {
    const Pair pair = lay(fixed, moving, warp);
    if (pair.apart) break;
    const double found = correlation(pair.fixed, pair.moving);
    if (i == 0 || found > best.correlation) {
      best = {warp, found};
      worse = 0;
    } else {
      ++worse;
    }
    const Warp next = step(pair, warp);
    if (length(next) * fixed.cols < kNear) break;
    warp = sum(warp, next);
  }
  return best;
}

}  // namespace tn
