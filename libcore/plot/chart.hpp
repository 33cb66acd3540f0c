// A chart of lines, dots, bands, columns or boxes: axes with round ticks, a legend, marked places.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libcore/plot/canvas.hpp"
#include "libcore/plot/ticks.hpp"

namespace tn {

// From low to high at x, in data units.
struct Bar {
  double x = 0;
  double low = 0;
  double high = 0;
};

struct Series {
  std::string name;           // empty: not in the legend
  std::vector<Point> points;  // in data units; a y that is not finite breaks the line
  bool dashed = false;
  bool line = true;                        // false: dots alone
  bool quiet = false;                      // a line to compare with: grey, without dots
  std::optional<std::size_t> colour = {};  // number of the theme's colour; nothing: the series' own place
  double column = 0;               // if over 0: columns of this width from 0 up to each point, no line
  std::vector<Bar> band = {};      // a tinted area, by rising x
  std::vector<Bar> whiskers = {};  // an interval at each x
};

// A level that the data are read against.
struct Level {
  double y = 0;
  std::string label;  // at the right, above the line
  bool dashed = true;
};

// Quartiles in the box, the whiskers' ends, and every value as a dot beside it.
struct BoxMark {
  double x = 0;
  double low = 0, first = 0, median = 0, third = 0, high = 0;
  std::vector<double> values;
  // Of a violin around a slim box: places (x) from the least to the greatest value and the density (y) there;
  // the densest place is as wide as a box. Empty: none.
  std::vector<Point> density = {};
};

struct Chart {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<Series> series;
  std::optional<Range> y_range;    // nothing: from the data
  std::optional<double> marked_x;  // a dashed line from top to bottom
  std::string mark_label;
  bool whole_x = false;                                 // ticks of x are whole numbers
  std::optional<Range> x_range;                         // nothing: from the data
  std::vector<std::pair<double, std::string>> x_names;  // in place of ticks of x
  std::vector<Level> levels;
  std::vector<BoxMark> boxes;
  std::string note;           // in the line of the title, at the right; for charts without a legend there
  bool legend_below = false;  // a line an entry under the axis; else in the line of the title
};

// Fills the box.
void draw(Canvas& canvas, const Chart& chart, const Box& box);

// Charts of the same size below each other, as a whole picture.
std::string draw_panels(const std::vector<Chart>& charts, int width, int height, PictureFormat format,
                        const Theme& theme);

}  // namespace tn
