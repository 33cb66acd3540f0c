// A picture in the making: shapes and text in points, out come PNG, SVG or PDF bytes.
#pragma once

#include <memory>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "libcore/plot/palette.hpp"

namespace tn {

enum class PictureFormat { png, svg, pdf };

// By the suffix, in either case. Throws Error(usage) for any other.
PictureFormat picture_format(const std::string& path);

// From the upper left corner, y downwards. One point is one pixel of a PNG.
struct Point {
  double x = 0;
  double y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};

struct Box {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
};

struct Stroke {
  Rgb colour;
  double width = 1;
  bool dashed = false;
};

enum class Align { left, centre, right };

struct TextStyle {
  double size = 11;
  std::optional<Rgb> colour = {};  // nothing: the theme's ink
  Align align = Align::left;
  bool bold = false;
  bool upwards = false;  // turned a quarter to the left
};

// The same calls give the same bytes on one machine: text is in the font that the program carries (DejaVu
// Sans), never in one of the system, and no date is written. (Cairo numbers the parts of an SVG from the
// start of the process, so that this holds for the first canvas of each.)
class Canvas {
 public:
  // Filled with the theme's paper. Throws Error(bad_data) for sides under 1 or over 32767 points.
  Canvas(PictureFormat format, int width, int height, const Theme& theme = kLight);
  ~Canvas();
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;

  const Theme& theme() const;

  void fill(const Box& box, const Rgb& colour);
  void frame(const Box& box, const Stroke& stroke);
  void path(std::span<const Point> points, const Stroke& stroke, bool closed = false);
  void area(std::span<const Point> corners, const Rgb& colour, double opacity);  // of a polygon
  void line(Point from, Point to, const Stroke& stroke);
  void dot(Point centre, double radius, const Rgb& colour);
  void image(const cv::Mat1b& grey, const Box& box);  // stretched to the box
  void image(const cv::Mat3b& bgr, const Box& box);

  // One line; `at` is on its base line.
  void text(Point at, const std::string& words, const TextStyle& style);
  double text_width(const std::string& words, const TextStyle& style) const;

  std::string finish();  // the picture's bytes; nothing can be drawn afterwards

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The words cut short in the middle, so that they are at most `width` points wide.
std::string shortened(const Canvas& canvas, std::string_view words, const TextStyle& style, double width);

}  // namespace tn
