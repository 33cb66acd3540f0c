#include <png.h>

#include <algorithm>
#include <array>
#include <bit>
#include <csetjmp>
#include <cstring>
#include <opencv2/core.hpp>
#include <optional>
#include <vector>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"
#include "libcore/image/decode.hpp"
#include "libcore/image/png_chunks.hpp"
#include "libcore/image/png_inflate.hpp"
#include "libcore/image/samples.hpp"

namespace tn {
namespace {

// libpng's state and the bytes still to be read. libpng leaves by longjmp: see guarded().
class PngReader {
 public:
  // `ignore_checksums`: they are known to be right.
  explicit PngReader(const Encoded& file, bool ignore_checksums = false)
      : name_(file.name), rest_(file.bytes) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, &PngReader::fail, &PngReader::warn);
    info_ = png_ == nullptr ? nullptr : png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw Error(Exit::internal, "libpng cannot be started");
    }
    png_set_read_fn(png_, this, &PngReader::feed);
    if (ignore_checksums) {
      png_set_option(png_, PNG_IGNORE_ADLER32, PNG_OPTION_ON);
      png_set_crc_action(png_, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
    }
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // our own limit is on the area
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  // Runs `step`, which may leave by longjmp and so must own nothing. Throws what libpng complained of.
  template <typename Step>
  void guarded(const Step& step) {
    if (setjmp(png_jmpbuf(png_)) != 0) throw Error(Exit::bad_data, "{}: {}", name_, printable(message_));
    step(png_, info_);
  }

 private:
  static PngReader& self(png_structp png) { return *static_cast<PngReader*>(png_get_error_ptr(png)); }

  [[noreturn]] static void fail(png_structp png, png_const_charp text) {
    PngReader& reader = self(png);
    if (reader.cut_off_)
      std::strcpy(reader.message_, "is cut off (PNG)");
    else
      std::snprintf(reader.message_, sizeof reader.message_, "damaged PNG: %s", text);
    png_longjmp(png, 1);
  }
  static void warn(png_structp, png_const_charp) {}  // of text, colour profiles and the like

  static void feed(png_structp png, png_bytep out, std::size_t count) {
    PngReader& reader = self(png);
    if (reader.rest_.size() < count) {
      reader.cut_off_ = true;
      png_error(png, "cut off");
    }
    std::memcpy(out, reader.rest_.data(), count);
    reader.rest_.remove_prefix(count);
  }

  const std::string& name_;
  std::string_view rest_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  bool cut_off_ = false;
  char message_[200] = "";
};

// The eXIf chunk, before or behind the pixels; empty if there is none.
std::string_view exif_chunk(std::string_view png) {
  png.remove_prefix(std::min(kPngSignature.size(), png.size()));
  while (const std::optional<PngChunk> chunk = next_png_chunk(png))
    if (chunk->type == "eXIf") return chunk->data;
  return {};
}

struct PngLayout {
  ImageSize size;
  int bits = 8;  // 8 or 16, after unpacking
  int channels = 1;
  int passes = 1;
  std::size_t row_bytes = 0;
  int colours = 0;                        // in the palette; 0: none
  std::array<std::uint8_t, 256> value{};  // of each palette index
};

// Asks libpng for 1 or 3 channels of 8 or 16 bits in this machine's byte order, without alpha; palette
// indices stay.
PngLayout unpack(png_structp png, png_infop info, Reading reading) {
  PngLayout layout;
  const auto colour = png_get_color_type(png, info);
  png_colorp palette = nullptr;
  if (colour == PNG_COLOR_TYPE_PALETTE) {
    png_get_PLTE(png, info, &palette, &layout.colours);
    png_set_packing(png);
  }
  for (int i = 0; i < layout.colours; ++i) {
    const std::uint8_t rgb[3] = {palette[i].red, palette[i].green, palette[i].blue};
    layout.value[static_cast<std::size_t>(i)] = pixel_value(rgb, Ink::rgb, 255, reading);
  }
  if (colour == PNG_COLOR_TYPE_GRAY && png_get_bit_depth(png, info) < 8) png_set_expand_gray_1_2_4_to_8(png);
  if constexpr (std::endian::native == std::endian::little) png_set_swap(png);
  png_set_strip_alpha(png);
  layout.passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  layout.size = {static_cast<int>(png_get_image_width(png, info)),
                 static_cast<int>(png_get_image_height(png, info))};
  layout.bits = png_get_bit_depth(png, info);
  layout.channels = png_get_channels(png, info);
  layout.row_bytes = png_get_rowbytes(png, info);
  return layout;
}

// False: an index is not in the palette.
bool convert(const std::uint8_t* row, const PngLayout& layout, Reading reading, std::uint8_t* out) {
  const int width = layout.size.width;
  if (layout.colours > 0) {
    for (int x = 0; x < width; ++x) out[x] = layout.value[row[x]];
    return *std::max_element(row, row + width) < layout.colours;
  }
  if (layout.channels == 1 && layout.bits == 8) {  // most images: copied, or many pixels at a time
    if (reading == Reading::grey)
      std::copy(row, row + width, out);
    else
      for (int x = 0; x < width; ++x) out[x] = static_cast<std::uint8_t>(row[x] > 0 ? 255 : 0);
    return true;
  }
  const Ink ink = layout.channels == 1 ? Ink::grey : Ink::rgb;
  if (layout.bits == 16)
    convert_row(reinterpret_cast<const std::uint16_t*>(row), width, layout.channels, ink, 65535, reading,
                out);
  else
    convert_row(row, width, layout.channels, ink, 255, reading, out);
  return true;
}

}  // namespace

ImageHeader png_header(const Encoded& file) {
  PngReader reader(file);
  ImageHeader header;
  reader.guarded([&](png_structp png, png_infop info) {
    png_read_info(png, info);
    header.size = {static_cast<int>(png_get_image_width(png, info)),
                   static_cast<int>(png_get_image_height(png, info))};
  });
  header.orientation = exif_orientation(exif_chunk(file.bytes));
  return header;
}

cv::Mat1b decode_png(const Encoded& file, Reading reading) {
  const std::optional<std::string> inflated = inflated_png(file.bytes);
  PngReader reader(inflated ? Encoded{*inflated, file.name} : file, inflated.has_value());
  PngLayout layout;
  reader.guarded([&](png_structp png, png_infop info) {
    png_read_info(png, info);
    layout = unpack(png, info, reading);
  });
  cv::Mat1b pixels(layout.size.height, layout.size.width);
  // Rows come one by one, but an interlaced image has to be held whole until its last pass.
  const int held = layout.passes == 1 ? 1 : layout.size.height;
  std::vector<std::uint8_t> rows(layout.row_bytes * static_cast<std::size_t>(held));
  const auto row = [&](int y) {
    return rows.data() + layout.row_bytes * static_cast<std::size_t>(held == 1 ? 0 : y);
  };
  reader.guarded([&](png_structp png, png_infop) {
    for (int pass = 0; pass < layout.passes; ++pass) {
      for (int y = 0; y < layout.size.height; ++y) {
        png_read_row(png, row(y), nullptr);
        if (pass == layout.passes - 1 && !convert(row(y), layout, reading, pixels[y]))
          png_error(png, "a colour is not in the palette");
      }
    }
    png_read_end(png, nullptr);
  });
  return pixels;
}

}  // namespace tn
