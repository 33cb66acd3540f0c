#include <array>
#include <bit>
#include <opencv2/core.hpp>
#include <vector>

#include "libcore/base/error.hpp"
#include "libcore/image/decode.hpp"
#include "libcore/image/samples.hpp"

namespace tn {
namespace {

constexpr std::uint32_t kPlain = 0;
constexpr std::uint32_t kBitFields = 3;
constexpr std::uint32_t kAlphaBitFields = 6;

struct BmpLayout {
  ImageSize size;
  bool top_down = false;
  std::uint32_t bits = 0;              // a pixel: 1, 4, 8 (palette), 16, 24 or 32
  std::size_t palette = 0;             // offset in the file
  std::size_t palette_step = 4;        // bytes a colour: B, G, R and, but in the oldest header, one more
  std::size_t colours = 0;             // in the palette
  std::size_t pixels = 0;              // offset in the file
  std::array<std::uint32_t, 3> masks;  // of red, green and blue in a pixel of 16 or 32 bits
};

// Little-endian. The caller has checked that the bytes are there.
std::uint32_t number(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = size; i-- > 0;) value = (value << 8) | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

void need(const Encoded& file, std::size_t bytes) {
  if (file.bytes.size() < bytes)
    throw Error(Exit::bad_data, "{}: is cut off (BMP of {} bytes, at least {} expected)", file.name,
                file.bytes.size(), bytes);
}

[[noreturn]] void damaged(const Encoded& file, const std::string& what) {
  throw Error(Exit::bad_data, "{}: damaged BMP: {}", file.name, what);
}

// Size, sign of the height and compression; the oldest header ("core", 12 bytes) has 16-bit sizes.
BmpLayout read_layout(const Encoded& file) {
  need(file, 26);
  const std::string_view bytes = file.bytes;
  const std::uint32_t header = number(bytes, 14, 4);
  const bool core = header == 12;
  if (!core && (header < 40 || header > 4096)) damaged(file, fmt::format("header of {} bytes", header));
  need(file, 14 + std::size_t{header});
  BmpLayout layout;
  const auto width = core ? static_cast<int>(number(bytes, 18, 2)) : static_cast<int>(number(bytes, 18, 4));
  const auto height = core ? static_cast<int>(number(bytes, 20, 2)) : static_cast<int>(number(bytes, 22, 4));
  if (height == std::numeric_limits<int>::min()) damaged(file, "height out of range");
  layout.top_down = height < 0;
  layout.size = {width, height < 0 ? -height : height};
  layout.bits = number(bytes, core ? 24 : 28, 2);
  layout.pixels = number(bytes, 10, 4);
  layout.palette = 14 + header;
  layout.palette_step = core ? 3 : 4;
  const std::uint32_t compression = core ? kPlain : number(bytes, 30, 4);
  const std::uint32_t stated = core ? 0 : number(bytes, 46, 4);
  if (layout.bits <= 8) layout.colours = stated == 0 ? std::size_t{1} << layout.bits : stated;
  const bool fields = compression == kBitFields || compression == kAlphaBitFields;
  if (compression != kPlain && !(fields && (layout.bits == 16 || layout.bits == 32)))
    throw Error(Exit::bad_data, "{}: compressed BMP (method {}) is not read here", file.name, compression);
  layout.masks = {0xFF0000, 0xFF00, 0xFF};
  if (layout.bits == 16) layout.masks = {0x7C00, 0x3E0, 0x1F};
  if (fields) {
    need(file, 66);
    layout.masks = {number(bytes, 54, 4), number(bytes, 58, 4), number(bytes, 62, 4)};
  }
  return layout;
}

// The value of every palette index.
std::array<std::uint8_t, 256> palette_values(const Encoded& file, const BmpLayout& layout, Reading reading) {
  if (layout.colours > (std::size_t{1} << layout.bits))
    damaged(file, fmt::format("{} colours in the palette", layout.colours));
  need(file, layout.palette + layout.colours * layout.palette_step);
  std::array<std::uint8_t, 256> values{};
  for (std::size_t i = 0; i < layout.colours; ++i) {
    const std::size_t at = layout.palette + i * layout.palette_step;
    const auto channel = [&](std::size_t k) { return static_cast<std::uint8_t>(file.bytes[at + k]); };
    const std::array<std::uint8_t, 3> rgb{channel(2), channel(1), channel(0)};
    values[i] = pixel_value(rgb.data(), Ink::rgb, 255, reading);
  }
  return values;
}

void palette_row(const Encoded& file, std::size_t start, const BmpLayout& layout,
                 const std::array<std::uint8_t, 256>& values, std::uint8_t* out) {
  const std::uint32_t in_byte = 8 / layout.bits;
  for (int x = 0; x < layout.size.width; ++x) {
    const auto i = static_cast<std::uint32_t>(x);
    const auto byte = static_cast<std::uint8_t>(file.bytes[start + i / in_byte]);
    const std::uint32_t shift = 8 - layout.bits * (i % in_byte + 1);
    const std::uint32_t index = (byte >> shift) & ((1U << layout.bits) - 1);
    if (index >= layout.colours) damaged(file, fmt::format("colour {} is not in the palette", index));
    out[x] = values[index];
  }
}

// Each channel of a pixel stretched to [0,65535]: masks are of 1 to 16 bits here.
void fields_row(const Encoded& file, std::size_t start, const BmpLayout& layout, Reading reading,
                std::uint8_t* out) {
  const std::size_t step = layout.bits / 8;
  for (int x = 0; x < layout.size.width; ++x) {
    const std::uint32_t pixel = number(file.bytes, start + static_cast<std::size_t>(x) * step, step);
    std::array<std::uint16_t, 3> rgb{};
    for (std::size_t k = 0; k < 3; ++k) {
      const std::uint32_t mask = layout.masks[k];
      if (mask == 0) continue;
      const int shift = std::countr_zero(mask);
      const std::uint64_t max = mask >> shift;
      rgb[k] = static_cast<std::uint16_t>((std::uint64_t{(pixel & mask) >> shift} * 65535 + max / 2) / max);
    }
    out[x] = pixel_value(rgb.data(), Ink::rgb, 65535, reading);
  }
}

void colour_row(const Encoded& file, std::size_t start, const BmpLayout& layout, Reading reading,
                std::uint8_t* out) {
  for (int x = 0; x < layout.size.width; ++x) {
    const char* bgr = file.bytes.data() + start + static_cast<std::size_t>(x) * 3;
    const std::array<std::uint8_t, 3> rgb{static_cast<std::uint8_t>(bgr[2]),
                                          static_cast<std::uint8_t>(bgr[1]),
                                          static_cast<std::uint8_t>(bgr[0])};
    out[x] = pixel_value(rgb.data(), Ink::rgb, 255, reading);
  }
}

}  // namespace

ImageHeader bmp_header(const Encoded& file) {
  return {read_layout(file).size, 1};
}

cv::Mat1b decode_bmp(const Encoded& file, Reading reading) {
  const BmpLayout layout = read_layout(file);
  constexpr std::array<std::uint32_t, 6> kDepths{1, 4, 8, 16, 24, 32};
  if (std::find(kDepths.begin(), kDepths.end(), layout.bits) == kDepths.end())
    damaged(file, fmt::format("{} bits a pixel", layout.bits));
  const std::size_t row_bytes = (static_cast<std::size_t>(layout.size.width) * layout.bits + 31) / 32 * 4;
  need(file, layout.pixels + row_bytes * static_cast<std::size_t>(layout.size.height));
  std::array<std::uint8_t, 256> values{};
  if (layout.bits <= 8) values = palette_values(file, layout, reading);
  cv::Mat1b pixels(layout.size.height, layout.size.width);
  for (int y = 0; y < layout.size.height; ++y) {
    std::uint8_t* out = pixels[layout.top_down ? y : layout.size.height - 1 - y];
    const std::size_t start = layout.pixels + row_bytes * static_cast<std::size_t>(y);
    if (layout.bits <= 8) {
      palette_row(file, start, layout, values, out);
    } else if (layout.bits == 24) {
      colour_row(file, start, layout, reading, out);
    } else {
      fields_row(file, start, layout, reading, out);
    }
  }
  return pixels;
}

}  // namespace tn
