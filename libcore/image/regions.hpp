// What can be said of the pieces of a mask: outline, box, area, axes.
#pragma once

#include <array>
#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <opencv2/core/types.hpp>
#include <optional>
#include <vector>

#include "libcore/data/record.hpp"

namespace tn {

using Spacing = std::array<double, 2>;  // mm from one pixel to the next, [x,y]

// The record's; nothing if it has none. Throws Error(bad_data) for one that is none.
std::optional<Spacing> spacing_of(const Record& record);

// One connected piece (8 neighbours). Points are pixel centres; drawn and filled, outline included, with the
// holes taken out again, they are the piece.
struct Region {
  std::vector<cv::Point> outline;  // three points at least, the last ones repeated where there are fewer
  std::vector<std::vector<cv::Point>> holes;  // pixels of the piece around each hole
  cv::Rect box;                               // px
  std::int64_t area = 0;                      // px
};

// The largest first; of equal ones the upper, then the left one.
std::vector<Region> regions_of(const cv::Mat1b& mask);

// In pixels, or in mm with a spacing. A pixel is a square, or rectangle, not a point: a single one is as long
// as its diagonal.
struct Axes {
  double longest = 0;  // greatest distance of two of its points
  double across = 0;   // extent at right angles to it
  double width = 0;    // extent from left to right
  double height = 0;   // from top to bottom
};
Axes axes_of(const Region& region, const Spacing& spacing = {1, 1});

// What is kept of a mask.
struct Cleaning {
  bool largest = false;       // the largest piece alone
  std::int64_t min_area = 0;  // pieces with fewer px go
  bool fill_holes = false;    // what a piece encloses belongs to it
};

// The steps in this order: holes filled, small pieces away, the largest kept.
cv::Mat1b cleaned(const cv::Mat1b& mask, const Cleaning& cleaning);

}  // namespace tn
