#include <algorithm>
#include <array>
#include <opencv2/core.hpp>
#include <vector>

#include "libcore/base/error.hpp"
#include "libcore/image/decode.hpp"
#include "libcore/image/samples.hpp"

namespace tn {
namespace {

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// The text parts of a PNM file: numbers between space and comments.
class PnmText {
 public:
  explicit PnmText(const Encoded& file) : file_(file), at_(2) {}

  std::uint32_t number() {
    skip_space();
    std::uint64_t value = 0;
    const std::size_t start = at_;
    for (; at_ < file_.bytes.size() && file_.bytes[at_] >= '0' && file_.bytes[at_] <= '9'; ++at_) {
      value = value * 10 + static_cast<std::uint64_t>(file_.bytes[at_] - '0');
      if (value > 0x7FFFFFFF) throw Error(Exit::bad_data, "{}: damaged PNM: number too large", file_.name);
    }
    if (at_ == start) unexpected();
    return static_cast<std::uint32_t>(value);
  }

  // A bit of a plain bitmap: digits may stand without space between them.
  std::uint32_t bit() {
    skip_space();
    if (at_ == file_.bytes.size() || (file_.bytes[at_] != '0' && file_.bytes[at_] != '1')) unexpected();
    return file_.bytes[at_++] == '1' ? 1 : 0;
  }

  // Past the one space that ends a header: where the samples begin.
  std::size_t samples() {
    if (at_ == file_.bytes.size() || !is_space(file_.bytes[at_])) unexpected();
    return at_ + 1;
  }

 private:
  void skip_space() {
    while (at_ < file_.bytes.size() && (is_space(file_.bytes[at_]) || file_.bytes[at_] == '#')) {
      if (file_.bytes[at_] == '#')
        at_ = std::min(file_.bytes.find_first_of("\r\n", at_), file_.bytes.size());
      else
        ++at_;
    }
  }

  [[noreturn]] void unexpected() const {
    if (at_ >= file_.bytes.size()) throw Error(Exit::bad_data, "{}: is cut off (PNM)", file_.name);
    throw Error(Exit::bad_data, "{}: damaged PNM: no number at byte {}", file_.name, at_);
  }

  const Encoded& file_;
  std::size_t at_;
};

struct PnmLayout {
  ImageSize size;
  int channels = 1;
  std::uint32_t max = 1;  // sample value of full light
  bool bitmap = false;    // a bit a pixel, 1 is black
  bool plain = false;     // samples as decimal text
};

PnmLayout read_layout(const Encoded& file, PnmText& text) {
  const char kind = file.bytes[1];
  PnmLayout layout;
  layout.plain = kind <= '3';
  layout.bitmap = kind == '1' || kind == '4';
  layout.channels = kind == '3' || kind == '6' ? 3 : 1;
  layout.size.width = static_cast<int>(text.number());
  layout.size.height = static_cast<int>(text.number());
  if (!layout.bitmap) layout.max = text.number();
  if (layout.max == 0 || layout.max > 65535)
    throw Error(Exit::bad_data, "{}: damaged PNM: largest value {} is not in 1 to 65535", file.name,
                layout.max);
  return layout;
}

// Of a row; where samples are text, the least that it can have.
std::size_t row_bytes(const PnmLayout& layout) {
  const auto samples =
      static_cast<std::size_t>(layout.size.width) * static_cast<std::size_t>(layout.channels);
  if (layout.plain) return samples;
  if (layout.bitmap) return (samples + 7) / 8;
  return layout.max > 255 ? samples * 2 : samples;
}

void text_row(PnmText& text, const PnmLayout& layout, std::vector<std::uint32_t>& row) {
  for (std::uint32_t& sample : row) sample = layout.bitmap ? 1 - text.bit() : text.number();
}

void binary_row(std::string_view bytes, const PnmLayout& layout, std::vector<std::uint32_t>& row) {
  const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<std::uint8_t>(bytes[i])}; };
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (layout.bitmap)
      row[i] = 1 - ((byte(i / 8) >> (7 - i % 8)) & 1);
    else if (layout.max > 255)
      row[i] = byte(2 * i) << 8 | byte(2 * i + 1);
    else
      row[i] = byte(i);
  }
}

}  // namespace

ImageHeader pnm_header(const Encoded& file) {
  PnmText text(file);
  return {read_layout(file, text).size, 1};
}

cv::Mat1b decode_pnm(const Encoded& file, Reading reading) {
  PnmText text(file);
  const PnmLayout layout = read_layout(file, text);
  const std::size_t start = text.samples();
  const std::size_t step = row_bytes(layout);
  const std::size_t least = start + step * static_cast<std::size_t>(layout.size.height);
  if (file.bytes.size() < least)
    throw Error(Exit::bad_data, "{}: is cut off (PNM of {} bytes, at least {} expected)", file.name,
                file.bytes.size(), least);
  cv::Mat1b pixels(layout.size.height, layout.size.width);
  std::vector<std::uint32_t> row(static_cast<std::size_t>(layout.size.width * layout.channels));
  for (int y = 0; y < layout.size.height; ++y) {
    if (layout.plain)
      text_row(text, layout, row);
    else
      binary_row(file.bytes.substr(start + step * static_cast<std::size_t>(y), step), layout, row);
    if (*std::max_element(row.begin(), row.end()) > layout.max)
      throw Error(Exit::bad_data, "{}: damaged PNM: a value over the largest, {}", file.name, layout.max);
    convert_row(row.data(), layout.size.width, layout.channels, layout.channels == 3 ? Ink::rgb : Ink::grey,
                layout.max, reading, pixels[y]);
  }
  return pixels;
}

}  // namespace tn
