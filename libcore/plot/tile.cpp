#include "libcore/plot/tile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"
#include "libcore/plot/palette.hpp"

namespace tn {
namespace {

constexpr double kTextSize = 11;
constexpr double kLine = 15;
constexpr double kTwoLines = 34;
constexpr TextStyle kPlain{.size = kTextSize};
constexpr TextStyle kBold{.size = kTextSize, .bold = true};

// The largest box of the image's shape in the middle of `room`, on whole points.
Box fitted(const cv::Mat1b& image, const Box& room) {
  const double scale = std::min(room.width / image.cols, room.height / image.rows);
  const double width = std::max(1.0, std::round(image.cols * scale));
  const double height = std::max(1.0, std::round(image.rows * scale));
  return {std::floor(room.x + (room.width - width) / 2), std::floor(room.y + (room.height - height) / 2),
          width, height};
}

template <typename Image>
Image resized(const Image& image, const Box& box) {
  const cv::Size size(static_cast<int>(box.width), static_cast<int>(box.height));
  Image small;
  cv::resize(image, small, size, 0, 0, size.width < image.cols ? cv::INTER_AREA : cv::INTER_LINEAR);
  return small;
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

// On the colours of an activation map outlines have black edges. All edges lie below all outlines: where both
// masks agree the drawn outline still shows between the dashes of the predicted one.
void draw_outlines(Canvas& canvas, const CasePicture& picture, const Box& box, double width) {
  const auto draw = [&](const std::optional<cv::Mat1b>& mask, const Stroke& stroke) {
    if (mask) draw_outline(canvas, *mask, box, stroke);
  };
  if (picture.activation)
    for (const std::optional<cv::Mat1b>* mask : {&picture.drawn, &picture.predicted})
      draw(*mask, {kBlack, width + 1.6});
  draw(picture.drawn, {kDrawn, width});
  draw(picture.predicted, {kPredicted, width, true});
}

}  // namespace

double caption_height(ActivationHead head) {
  return head == ActivationHead::none ? kTwoLines : kTwoLines + kLine;
}

void check_tints(bool areas, ActivationHead head) {
  if (areas && head != ActivationHead::none)
    throw Error(Exit::usage, "areas and an activation map both tint the image: --areas or --cam");
}

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

cv::Mat3b tinted(const CasePicture& picture) {
  constexpr double kTint = 0.45;
  cv::Mat3b result(picture.image.size());
  for (int y = 0; y < result.rows; ++y)
    for (int x = 0; x < result.cols; ++x) {
      const bool drawn = picture.drawn && (*picture.drawn)(y, x) > 0;
      const bool predicted = picture.predicted && (*picture.predicted)(y, x) > 0;
      const double grey = picture.image(y, x);
      const Rgb& colour = drawn && predicted ? kTruePositive : drawn ? kFalseNegative : kFalsePositive;
      const auto mixed = [&](double share) {
        return drawn || predicted ? cv::saturate_cast<std::uint8_t>((1 - kTint) * grey + kTint * 255 * share)
                                  : picture.image(y, x);
      };
      result(y, x) = {mixed(colour.blue), mixed(colour.green), mixed(colour.red)};
    }
  return result;
}

void draw_scale_bar(Canvas& canvas, double points_per_mm, const Box& box) {
  const double room = box.width / 4 / points_per_mm;
  double length = std::pow(10, std::floor(std::log10(room)));
  for (const double factor : {5.0, 2.0})
    if (factor * length <= room) {
      length *= factor;
      break;
    }
  const Point left{box.x + 8, box.y + box.height - 8}, right{left.x + length * points_per_mm, left.y};
  canvas.line({left.x - 1, left.y}, {right.x + 1, right.y}, {kBlack, 5});
  canvas.line(left, right, {kWhite, 2.5});
  const std::string words = fmt::format("{:.3g} mm", length);
  TextStyle style{.size = kTextSize, .colour = kBlack, .bold = true};
  for (const Point& aside : {Point{-1, 0}, Point{1, 0}, Point{0, -1}, Point{0, 1}})
    canvas.text({left.x + aside.x, left.y - 6 + aside.y}, words, style);
  style.colour = kWhite;
  canvas.text({left.x, left.y - 6}, words, style);
}

double draw_mask_legend(Canvas& canvas, Point at, bool areas) {
  const auto entry = [&](const char* name, const Rgb& colour, bool dashed) {
    if (areas)
      canvas.fill({at.x, at.y - 9, 26, 10}, colour);
    else
      canvas.line({at.x, at.y - 4}, {at.x + 26, at.y - 4}, {colour, 2.5, dashed});
    canvas.text({at.x + 32, at.y}, name, kPlain);
    at.x += 32 + canvas.text_width(name, kPlain) + 16;
  };
  if (areas) {
    entry("both", kTruePositive, false);
    entry("predicted alone", kFalsePositive, false);
    entry("drawn alone", kFalseNegative, false);
  } else {
    entry("drawn", kDrawn, false);
    entry("predicted", kPredicted, true);
  }
  return at.x;
}

void draw_error(Canvas& canvas, const std::string& message, const Box& room) {
  TextStyle style = kPlain;
  style.colour = canvas.theme().warning;
  double y = room.y + kLine + 2;
  for (const std::string& line : wrapped(canvas, printable(message, 400), style, room.width - 12)) {
    if (y > room.y + room.height - 6) return;
    canvas.text({room.x + 6, y}, line, style);
    y += kLine;
  }
}

void draw_caption(Canvas& canvas, const CasePicture& picture, const Box& box) {
  draw_line(canvas, box, box.y + kLine - 2, picture.id, kBold, dice_text(picture), kPlain);
  TextStyle class_style = kPlain;
  if (picture.class_correct == false) class_style.colour = canvas.theme().warning;
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
  if (picture.head != ActivationHead::none && !picture.error)
    draw_activation_scale(canvas, picture.head, picture.activation, box.x, box.y + 3 * kLine - 2, box.width);
}

void draw_case(Canvas& canvas, const CasePicture& picture, const Box& room, bool areas) {
  canvas.fill(room, kBlack);
  const Box box = fitted(picture.image, room);
  if (areas) {
    canvas.image(resized(tinted(picture), box), box);
  } else {
    if (picture.activation)
      canvas.image(resized(glowing(picture.image, picture.activation->levels), box), box);
    else
      canvas.image(resized(picture.image, box), box);
    draw_outlines(canvas, picture, box, std::clamp(room.width / 130, 1.0, 4.0));
  }
  if (picture.spacing) draw_scale_bar(canvas, box.width / (picture.image.cols * (*picture.spacing)[0]), box);
}

void draw_tile(Canvas& canvas, const CasePicture& picture, const Box& box, bool areas) {
  const double caption = caption_height(picture.head);
  const Box room{box.x, box.y, box.width, box.height - caption};
  if (picture.error) {
    canvas.fill(room, canvas.theme().rule);
    draw_error(canvas, *picture.error, room);
  } else {
    draw_case(canvas, picture, room, areas);
  }
  draw_caption(canvas, picture, {box.x, box.y + room.height, box.width, caption});
}

}  // namespace tn
