#include "libcore/plot/canvas.hpp"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <cairo.h>

#include <array>
#include <numbers>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"
#include "libcore/image/image_io.hpp"
#include "libcore/plot/font.hpp"

namespace tn {
namespace {

constexpr int kLongestSide = 32767;  // Cairo's own limit

cairo_status_t append(void* bytes, const unsigned char* data, unsigned length) {
  static_cast<std::string*>(bytes)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

void expect(cairo_status_t status) {
  if (status == CAIRO_STATUS_NO_MEMORY) throw std::bad_alloc();
  if (status != CAIRO_STATUS_SUCCESS)
    throw Error(Exit::internal, "drawing failed: {}", cairo_status_to_string(status));
}

cairo_surface_t* make_surface(PictureFormat format, int width, int height, std::string& bytes) {
  switch (format) {
    case PictureFormat::png:
      return cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    case PictureFormat::svg: {
      cairo_surface_t* surface = cairo_svg_surface_create_for_stream(append, &bytes, width, height);
      cairo_svg_surface_set_document_unit(surface, CAIRO_SVG_UNIT_PX);
      return surface;
    }
    case PictureFormat::pdf: {
      cairo_surface_t* surface = cairo_pdf_surface_create_for_stream(append, &bytes, width, height);
      cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "");  // no date
      return surface;
    }
  }
  throw Error(Exit::internal, "no such picture format");
}

std::string png_of(cairo_surface_t* surface) {
  cairo_surface_flush(surface);
  const cv::Mat4b pixels(cairo_image_surface_get_height(surface), cairo_image_surface_get_width(surface),
                         reinterpret_cast<cv::Vec4b*>(cairo_image_surface_get_data(surface)),
                         static_cast<std::size_t>(cairo_image_surface_get_stride(surface)));
  cv::Mat3b picture(pixels.size());
  for (int y = 0; y < pixels.rows; ++y)
    for (int x = 0; x < pixels.cols; ++x)
      picture(y, x) = {pixels(y, x)[0], pixels(y, x)[1], pixels(y, x)[2]};  // little-endian: B G R and unused
  return encode_png(picture, 6);
}

struct Release {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(cairo_t* pen) const { cairo_destroy(pen); }
};
using Surface = std::unique_ptr<cairo_surface_t, Release>;

}  // namespace

PictureFormat picture_format(const std::string& path) {
  const std::string name = to_lower(path);
  if (name.ends_with(".png")) return PictureFormat::png;
  if (name.ends_with(".svg")) return PictureFormat::svg;
  if (name.ends_with(".pdf")) return PictureFormat::pdf;
  throw Error(Exit::usage, "{}: the suffix must be .png, .svg or .pdf", path);
}

struct Canvas::State {
  PictureFormat format;
  std::string bytes;
  Surface surface;
  std::unique_ptr<cairo_t, Release> pen;
  Theme theme;

  void use(const Rgb& colour) { cairo_set_source_rgb(pen.get(), colour.red, colour.green, colour.blue); }

  void use(const Stroke& stroke) {
    use(stroke.colour);
    cairo_set_line_width(pen.get(), stroke.width);
    const std::array<double, 2> dashes{3.5 * stroke.width, 2.5 * stroke.width};
    cairo_set_dash(pen.get(), dashes.data(), stroke.dashed ? 2 : 0, 0);
  }

  void use(const TextStyle& style) {
    use(style.colour.value_or(theme.ink));
    cairo_set_font_face(pen.get(), font_face(style.bold));
    cairo_set_font_size(pen.get(), style.size);
  }
};

Canvas::Canvas(PictureFormat format, int width, int height, const Theme& theme)
    : state_(std::make_unique<State>()) {
  if (width < 1 || height < 1 || width > kLongestSide || height > kLongestSide)
    throw Error(Exit::bad_data, "a picture of {} x {} px: sides are 1 to {} px", width, height, kLongestSide);
  state_->format = format;
  state_->theme = theme;
  state_->surface.reset(make_surface(format, width, height, state_->bytes));
  expect(cairo_surface_status(state_->surface.get()));
  state_->pen.reset(cairo_create(state_->surface.get()));
  cairo_set_line_join(state_->pen.get(), CAIRO_LINE_JOIN_ROUND);
  set_font_options(state_->pen.get());
  fill({0, 0, static_cast<double>(width), static_cast<double>(height)}, theme.paper);
}

Canvas::~Canvas() = default;

const Theme& Canvas::theme() const {
  return state_->theme;
}

void Canvas::fill(const Box& box, const Rgb& colour) {
  state_->use(colour);
  cairo_rectangle(state_->pen.get(), box.x, box.y, box.width, box.height);
  cairo_fill(state_->pen.get());
}

void Canvas::frame(const Box& box, const Stroke& stroke) {
  state_->use(stroke);
  cairo_rectangle(state_->pen.get(), box.x, box.y, box.width, box.height);
  cairo_stroke(state_->pen.get());
}

void Canvas::path(std::span<const Point> points, const Stroke& stroke, bool closed) {
  if (points.empty()) return;
  cairo_t* pen = state_->pen.get();
  state_->use(stroke);
  cairo_move_to(pen, points.front().x, points.front().y);
  for (const Point& point : points.subspan(1)) cairo_line_to(pen, point.x, point.y);
  if (closed) cairo_close_path(pen);
  cairo_stroke(pen);
}

void Canvas::area(std::span<const Point> corners, const Rgb& colour, double opacity) {
  if (corners.empty()) return;
  cairo_t* pen = state_->pen.get();
  cairo_set_source_rgba(pen, colour.red, colour.green, colour.blue, opacity);
  cairo_move_to(pen, corners.front().x, corners.front().y);
  for (const Point& corner : corners.subspan(1)) cairo_line_to(pen, corner.x, corner.y);
  cairo_close_path(pen);
  cairo_fill(pen);
}

void Canvas::line(Point from, Point to, const Stroke& stroke) {
  const std::array points{from, to};
  path(points, stroke);
}

void Canvas::dot(Point centre, double radius, const Rgb& colour) {
  state_->use(colour);
  cairo_new_path(state_->pen.get());
  cairo_arc(state_->pen.get(), centre.x, centre.y, radius, 0, 2 * std::numbers::pi);
  cairo_fill(state_->pen.get());
}

void Canvas::image(const cv::Mat1b& grey, const Box& box) {
  cv::Mat3b bgr(grey.size());
  for (int y = 0; y < grey.rows; ++y)
    for (int x = 0; x < grey.cols; ++x) bgr(y, x) = cv::Vec3b::all(grey(y, x));
  image(bgr, box);
}

void Canvas::image(const cv::Mat3b& bgr, const Box& box) {
  const Surface pixels(cairo_image_surface_create(CAIRO_FORMAT_RGB24, bgr.cols, bgr.rows));
  expect(cairo_surface_status(pixels.get()));
  cairo_surface_flush(pixels.get());
  unsigned char* data = cairo_image_surface_get_data(pixels.get());
  const auto stride = static_cast<std::size_t>(cairo_image_surface_get_stride(pixels.get()));
  for (int y = 0; y < bgr.rows; ++y) {
    auto* row = reinterpret_cast<std::uint32_t*>(data + static_cast<std::size_t>(y) * stride);
    for (int x = 0; x < bgr.cols; ++x) {
      const cv::Vec3b& pixel = bgr(y, x);
      row[x] = static_cast<std::uint32_t>(pixel[2] << 16 | pixel[1] << 8 | pixel[0]);
    }
  }
  cairo_surface_mark_dirty(pixels.get());

  cairo_t* pen = state_->pen.get();
  cairo_save(pen);
  cairo_translate(pen, box.x, box.y);
  cairo_scale(pen, box.width / bgr.cols, box.height / bgr.rows);
  cairo_set_source_surface(pen, pixels.get(), 0, 0);
  cairo_pattern_set_extend(cairo_get_source(pen), CAIRO_EXTEND_PAD);  // no soft edge
  cairo_rectangle(pen, 0, 0, bgr.cols, bgr.rows);
  cairo_fill(pen);
  cairo_restore(pen);
}

void Canvas::text(Point at, const std::string& words, const TextStyle& style) {
  cairo_t* pen = state_->pen.get();
  const double width = text_width(words, style);
  const double back = style.align == Align::left ? 0 : style.align == Align::right ? width : width / 2;
  cairo_save(pen);
  state_->use(style);
  cairo_translate(pen, at.x, at.y);
  if (style.upwards) cairo_rotate(pen, -std::numbers::pi / 2);
  cairo_move_to(pen, -back, 0);
  cairo_show_text(pen, words.c_str());
  cairo_restore(pen);
}

double Canvas::text_width(const std::string& words, const TextStyle& style) const {
  state_->use(style);
  cairo_text_extents_t extents;
  cairo_text_extents(state_->pen.get(), words.c_str(), &extents);
  return extents.x_advance;
}

std::string Canvas::finish() {
  expect(cairo_status(state_->pen.get()));
  state_->pen.reset();
  if (state_->format == PictureFormat::png) {
    state_->bytes = png_of(state_->surface.get());
  } else {
    cairo_surface_finish(state_->surface.get());
    expect(cairo_surface_status(state_->surface.get()));
  }
  state_->surface.reset();
  return std::move(state_->bytes);
}

std::string shortened(const Canvas& canvas, std::string_view words, const TextStyle& style, double width) {
  std::string text(words);
  if (canvas.text_width(text, style) <= width) return text;
  const auto starts_character = [&](std::size_t i) {
    return i >= words.size() || (static_cast<unsigned char>(words[i]) & 0xC0) != 0x80;
  };
  for (std::size_t kept = words.size(); kept-- > 0;) {
    std::size_t head = kept / 2, tail = words.size() - (kept - kept / 2);
    while (!starts_character(head)) --head;
    while (!starts_character(tail)) ++tail;
    text = std::string(words.substr(0, head)) + "…" + std::string(words.substr(tail));
    if (canvas.text_width(text, style) <= width) return text;
  }
  return "";
}

}  // namespace tn
