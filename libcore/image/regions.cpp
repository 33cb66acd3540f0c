#include "libcore/image/regions.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "libcore/base/error.hpp"
#include "libcore/image/pieces.hpp"

namespace tn {
namespace {

std::vector<std::vector<cv::Point>> outlines(const cv::Mat1b& piece, std::vector<cv::Vec4i>& tree) {
  std::vector<std::vector<cv::Point>> found;
  cv::findContours(piece, found, tree, cv::RETR_CCOMP, cv::CHAIN_APPROX_SIMPLE);
  return found;
}

Region region_of(const cv::Mat1b& piece, const cv::Rect& box, std::int64_t area) {
  Region region;
  region.box = box;
  region.area = area;
  std::vector<cv::Vec4i> tree;  // [3]: the outline around a hole, or -1
  std::vector<std::vector<cv::Point>> found = outlines(piece, tree);
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (cv::Point& point : found[i]) point += box.tl();
    if (tree[i][3] < 0) {
      region.outline = found[i];
      while (region.outline.size() < 3) region.outline.push_back(region.outline.back());
    } else {
      region.holes.push_back(found[i]);
    }
  }
  return region;
}

// Corners of all pixels on the outline, without those that lie inside: the longest axis ends in two of them.
std::vector<cv::Point2d> hull_corners(const Region& region, const Spacing& spacing) {
  std::vector<cv::Point> corners;
  for (const cv::Point at : region.outline)
    for (const cv::Point step : {cv::Point(0, 0), cv::Point(1, 0), cv::Point(0, 1), cv::Point(1, 1)})
      corners.push_back(at + step);
  std::vector<cv::Point> hull;
  cv::convexHull(corners, hull);
  std::vector<cv::Point2d> scaled;
  for (const cv::Point at : hull) scaled.emplace_back(at.x * spacing[0], at.y * spacing[1]);
  return scaled;
}

}  // namespace

std::vector<Region> regions_of(const cv::Mat1b& mask) {
  const Pieces pieces = pieces_of(mask);
  std::vector<std::size_t> order(static_cast<std::size_t>(pieces.count()));
  std::iota(order.begin(), order.end(), std::size_t{1});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return comes_before(pieces, a, b); });
  std::vector<Region> regions;
  for (const std::size_t label : order) {
    cv::Mat1b piece;
    cv::compare(pieces.labels(pieces.box[label]), static_cast<double>(label), piece, cv::CMP_EQ);
    regions.push_back(region_of(piece, pieces.box[label], pieces.area[label]));
  }
  return regions;
}

std::optional<Spacing> spacing_of(const Record& record) {
  const auto value = record.json("spacing_mm");
  if (!value) return std::nullopt;
  const auto step = [&](std::size_t i) {
    const bool number = value->is_array() && value->size() == 2 && (*value)[i].is_number();
    const double mm = number ? (*value)[i].get<double>() : 0;
    if (!(mm > 0 && std::isfinite(mm)))
      throw Error(Exit::bad_data, "'spacing_mm' {} is not [x,y] in mm", value->dump());
    return mm;
  };
  return Spacing{step(0), step(1)};
}

Axes axes_of(const Region& region, const Spacing& spacing) {
  const std::vector<cv::Point2d> corners = hull_corners(region, spacing);
  Axes axes;
  cv::Point2d along(1, 0);
  for (std::size_t i = 0; i < corners.size(); ++i) {
    for (std::size_t j = i + 1; j < corners.size(); ++j) {
      const cv::Point2d step = corners[j] - corners[i];
      const double length = std::hypot(step.x, step.y);
      if (length <= axes.longest) continue;
      axes.longest = length;
      along = step / length;
    }
  }
  double least = 0, most = 0;
  for (const cv::Point2d& corner : corners) {
    const cv::Point2d away = corner - corners.front();
    const double side = away.x * along.y - away.y * along.x;
    least = std::min(least, side);
    most = std::max(most, side);
  }
  axes.across = most - least;
  axes.width = region.box.width * spacing[0];
  axes.height = region.box.height * spacing[1];
  return axes;
}

cv::Mat1b cleaned(const cv::Mat1b& mask, const Cleaning& cleaning) {
  cv::Mat1b kept = mask.clone();
  if (cleaning.fill_holes) {
    std::vector<cv::Vec4i> tree;
    for (const auto& outline : outlines(kept, tree))
      cv::fillPoly(kept, std::vector<std::vector<cv::Point>>{outline}, cv::Scalar(255));
  }
  if (!cleaning.largest && cleaning.min_area <= 0) return kept;
  const Pieces pieces = pieces_of(kept);
  std::vector<std::uint8_t> stays(pieces.area.size(), 0);
  std::size_t largest = 0;
  for (std::size_t label = 1; label < stays.size(); ++label) {
    if (pieces.area[label] < cleaning.min_area) continue;
    if (largest == 0 || pieces.area[label] > pieces.area[largest]) largest = label;
    if (!cleaning.largest) stays[label] = 255;
  }
  if (cleaning.largest && largest > 0) stays[largest] = 255;
  for (int y = 0; y < kept.rows; ++y)
    for (int x = 0; x < kept.cols; ++x) kept(y, x) = stays[static_cast<std::size_t>(pieces.labels(y, x))];
  return kept;
}

}  // namespace tn
