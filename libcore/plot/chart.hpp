// A line chart: axes with round ticks, a legend, a marked place.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libcore/plot/canvas.hpp"
#include "libcore/plot/ticks.hpp"

namespace tn {

struct Series {
  std::string name;
  std::vector<Point> points;  // in data units; a y that is not finite breaks the line
  bool dashed = false;
};

struct Chart {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<Series> series;
  std::optional<Range> y_range;    // nothing: from the data
  std::optional<double> marked_x;  // a dashed line from top to bottom
  std::string mark_label;
  bool whole_x = false;  // ticks of x are whole numbers
};

// Fills the box.
void draw(Canvas& canvas, const Chart& chart, const Box& box);

}  // namespace tn
