#include "libcore/eval/nearest.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tn {
namespace {

constexpr std::int32_t kFar = 1 << 29;  // no mark in this column

}  // namespace

Nearest::Nearest(const cv::Mat1b& marks, const Spacing& spacing)
    : columns_(marks.cols),
      x_squared_(spacing[0] * spacing[0]),
      y_squared_(spacing[1] * spacing[1]),
      rows_(static_cast<std::size_t>(marks.rows) * marks.cols) {
  const auto row = [&](int y) { return rows_.data() + static_cast<std::size_t>(y) * columns_; };
  const std::vector<std::int32_t> outside(columns_, kFar);
  for (int y = 0; y < marks.rows; ++y) {
    const std::uint8_t* mark = marks[y];
    const std::int32_t* above = y == 0 ? outside.data() : row(y - 1);
    std::int32_t* here = row(y);
    for (int x = 0; x < columns_; ++x) here[x] = mark[x] > 0 ? 0 : std::min(above[x] + 1, kFar);
  }
  for (int y = marks.rows - 2; y >= 0; --y) {
    const std::int32_t* below = row(y + 1);
    std::int32_t* here = row(y);
    for (int x = 0; x < columns_; ++x) here[x] = std::min(here[x], below[x] + 1);
  }
}

double Nearest::distance(cv::Point from) const {
  const std::int32_t* rows = rows_.data() + static_cast<std::size_t>(from.y) * columns_;
  double best = std::numeric_limits<double>::infinity();
  const auto look = [&](int x, double aside) {
    if (rows[x] >= kFar) return;
    const double up = rows[x];
    best = std::min(best, aside + up * up * y_squared_);
  };
  const int widest = std::max(from.x, columns_ - 1 - from.x);
  for (int step = 0; step <= widest; ++step) {
    const double aside = static_cast<double>(step) * step * x_squared_;
    if (aside >= best) break;
    if (from.x - step >= 0) look(from.x - step, aside);
    if (from.x + step < columns_) look(from.x + step, aside);
  }
  return std::sqrt(best);
}

}  // namespace tn
