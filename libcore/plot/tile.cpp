#include "libcore/plot/tile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "libcore/base/text.hpp"
#include "libcore/plot/palette.hpp"

namespace tn {
namespace {

constexpr double kTextSize = 11;
constexpr double kLine = 15;
constexpr TextStyle kPlain{.size = kTextSize, .colour = kBlack};
constexpr TextStyle kBold{.size = kTextSize, .colour = kBlack, .bold = true};

// The largest box of the image's shape in the middle of `room`, on whole points.
Box fitted(const cv::Mat1b& image, const Box& room) {
  const double scale = std::min(room.width / image.cols, room.height / image.rows);
  const double width = std::max(1.0, std::round(image.cols * scale));
  const double height = std::max(1.0, std::round(image.rows * scale));
  return {std::floor(room.x + (room.width - width) / 2), std::floor(room.y + (room.height - height) / 2),
          width, height};
}

cv::Mat1b resized(const cv::Mat1b& image, const Box& box) {
  const cv::Size size(static_cast<int>(box.width), static_cast<int>(box.height));
  cv::Mat1b small;
  cv::resize(image, small, size, 0, 0, size.width < image.cols ? cv::INTER_AREA : cv::INTER_LINEAR);
  return small;
}

void draw_pixels(Canvas& canvas, const CasePicture& picture, const Box& room) {
  const Box box = fitted(picture.image, room);
  const double width = std::clamp(room.width / 130, 1.0, 4.0);
  canvas.image(resized(picture.image, box), box);
  if (picture.drawn) draw_outline(canvas, *picture.drawn, box, {kDrawn, width});
  if (picture.predicted) draw_outline(canvas, *picture.predicted, box, {kPredicted, width, true});
}

// As many characters of the text as fit, at least one byte of it; never half a character.
std::size_t fitting(const Canvas& canvas, std::string_view text, const TextStyle& style, double width) {
  std::size_t fits = 0;
  for (std::size_t end = 1; end <= text.size(); ++end) {
    if (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) continue;
    if (fits > 0 && canvas.text_width(std::string(text.substr(0, end)), style) > width) break;
    fits = end;
  }
  return fits;
}

// Lines at most `width` wide; words that are wider go on in the next line.
std::vector<std::string> wrapped(const Canvas& canvas, std::string_view text, const TextStyle& style,
                                 double width) {
  std::vector<std::string> lines{""};
  for (std::string_view word : split_text(text, ' ')) {
    const std::string longer =
        lines.back().empty() ? std::string(word) : lines.back() + " " + std::string(word);
    if (canvas.text_width(longer, style) <= width) {
      lines.back() = longer;
      continue;
    }
    if (!lines.back().empty()) lines.emplace_back();
    while (canvas.text_width(std::string(word), style) > width && word.size() > 1) {
      const std::size_t fits = fitting(canvas, word, style, width);
      lines.back() = std::string(word.substr(0, fits));
      lines.emplace_back();
      word.remove_prefix(fits);
    }
    lines.back() = std::string(word);
  }
  return lines;
}

void draw_error(Canvas& canvas, const std::string& message, const Box& room) {
  TextStyle style = kPlain;
  style.colour = kVermilion;
  double y = room.y + kLine + 2;
  for (const std::string& line : wrapped(canvas, printable(message, 400), style, room.width - 12)) {
    if (y > room.y + room.height - 6) return;
    canvas.text({room.x + 6, y}, line, style);
    y += kLine;
  }
}

std::string dice_text(const CasePicture& picture) {
  if (picture.error) return "";
  if (picture.dice) return fmt::format("Dice {:.3f}", *picture.dice);
  if (picture.drawn) return "not predicted";
  return picture.predicted ? "not drawn" : "";
}

// Left words get the room that right words leave.
void draw_line(Canvas& canvas, const Box& box, double y, const std::string& left, const TextStyle& left_style,
               const std::string& right, TextStyle right_style) {
  right_style.align = Align::right;
  canvas.text({box.x + box.width, y}, right, right_style);
  const double gap = right.empty() ? 0 : canvas.text_width(right, right_style) + 8;
  canvas.text({box.x, y}, shortened(canvas, left, left_style, box.width - gap), left_style);
}

void draw_caption(Canvas& canvas, const CasePicture& picture, const Box& box) {
  draw_line(canvas, box, box.y + kLine - 2, picture.id, kBold, dice_text(picture), kPlain);
  TextStyle class_style = kPlain;
  if (picture.class_correct == false) class_style.colour = kVermilion;
  const std::string label = picture.label.value_or("no label");
  const std::string mark = picture.class_correct == false ? std::string(" ") + kWrongMark : "";
  const auto p_text = [&](const char* name) {
    return picture.p_malignant ? fmt::format("{} {:.2f}{}", name, *picture.p_malignant, mark) : std::string();
  };
  // One wording for all tiles of a width.
  const std::string widest = fmt::format("malignant  P(malignant) 0.00 {}", kWrongMark);
  const bool roomy = canvas.text_width(widest, kPlain) <= box.width;
  draw_line(canvas, box, box.y + 2 * kLine - 2, label, class_style, p_text(roomy ? "P(malignant)" : "P"),
            class_style);
}

}  // namespace

void draw_outline(Canvas& canvas, const cv::Mat1b& mask, const Box& box, const Stroke& stroke) {
  std::vector<std::vector<cv::Point>> contours;
  cv::findContours(mask, contours, cv::RETR_CCOMP, cv::CHAIN_APPROX_NONE);
  const double x_scale = box.width / mask.cols, y_scale = box.height / mask.rows;
  for (const std::vector<cv::Point>& contour : contours) {
    std::vector<Point> points;
    points.reserve(contour.size());
    for (const cv::Point& pixel : contour)  // through the middle of the border's pixels
      points.push_back({box.x + (pixel.x + 0.5) * x_scale, box.y + (pixel.y + 0.5) * y_scale});
    if (points.size() == 1)
      canvas.dot(points.front(), stroke.width, stroke.colour);
    else
      canvas.path(points, stroke, true);
  }
}

void draw_tile(Canvas& canvas, const CasePicture& picture, const Box& box) {
  const Box room{box.x, box.y, box.width, box.height - kCaptionHeight};
  canvas.fill(room, picture.error ? kLightGrey : kBlack);
  if (picture.error)
    draw_error(canvas, *picture.error, room);
  else
    draw_pixels(canvas, picture, room);
  draw_caption(canvas, picture, {box.x, box.y + room.height, box.width, kCaptionHeight});
}

}  // namespace tn
