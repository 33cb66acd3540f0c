#include <fmt/format.h>
#include <tiffio.h>

#include <algorithm>
#include <cstring>
#include <opencv2/core.hpp>
#include <vector>

#include "libcore/image/decode.hpp"
#include "libcore/image/samples.hpp"
#include "libcore/image/tiff_reader.hpp"

namespace tn {
namespace {

struct TiffLayout {
  ImageSize size;
  int bits = 1;        // a sample: 1, 2, 4, 8 or 16
  int samples = 1;     // stored a pixel
  int used = 1;        // of them grey, RGB or CMYK
  bool apart = false;  // a plane each, instead of side by side
  bool lossy = false;
  bool inverted = false;              // 0 is white
  std::vector<std::uint8_t> palette;  // the value of each index; empty: none
};

ImageSize read_size(const TiffReader& reader) {
  const auto width = reader.tag<std::uint32_t>(TIFFTAG_IMAGEWIDTH, 0);
  const auto height = reader.tag<std::uint32_t>(TIFFTAG_IMAGELENGTH, 0);
  if (width > 0x7FFFFFFF || height > 0x7FFFFFFF) reader.refuse("more than 2^31 pixels a side");
  return {static_cast<int>(width), static_cast<int>(height)};
}

// Levels stand in the upper byte of the table's 16 bits (65280 is as white as 65535), but some writers put 8
// bits into the lower one.
std::vector<std::uint8_t> read_palette(const TiffReader& reader, int bits, Reading reading) {
  std::uint16_t* table[3] = {};
  if (bits > 8 || TIFFGetField(reader.tiff(), TIFFTAG_COLORMAP, &table[0], &table[1], &table[2]) != 1)
    reader.refuse("a palette of more than 256 colours, or none");
  const int colours = 1 << bits;
  std::uint16_t brightest = 0;
  for (const std::uint16_t* levels : table)
    brightest = std::max(brightest, *std::max_element(levels, levels + colours));
  const int shift = reading == Reading::grey && brightest > 255 ? 8 : 0;
  std::vector<std::uint8_t> values;
  for (int i = 0; i < colours; ++i) {
    const int rgb[3] = {table[0][i] >> shift, table[1][i] >> shift, table[2][i] >> shift};
    values.push_back(pixel_value(rgb, Ink::rgb, 255, reading));
  }
  return values;
}

TiffLayout read_layout(const TiffReader& reader, Reading reading) {
  TiffLayout layout;
  layout.size = read_size(reader);
  layout.bits = reader.tag<std::uint16_t>(TIFFTAG_BITSPERSAMPLE, 1);
  layout.samples = reader.tag<std::uint16_t>(TIFFTAG_SAMPLESPERPIXEL, 1);
  layout.apart =
      reader.tag<std::uint16_t>(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) == PLANARCONFIG_SEPARATE;
  const auto compression = reader.tag<std::uint16_t>(TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  const auto format = reader.tag<std::uint16_t>(TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
  auto photometric = reader.tag<std::uint16_t>(TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  if (TIFFIsCODECConfigured(compression) != 1) reader.refuse(fmt::format("compression {}", compression));
  if (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_VOID)
    reader.refuse("signed or floating-point samples");
  constexpr int kDepths[] = {1, 2, 4, 8, 16};
  if (std::find(std::begin(kDepths), std::end(kDepths), layout.bits) == std::end(kDepths))
    reader.refuse(fmt::format("{} bits a sample", layout.bits));
  layout.lossy = compression == COMPRESSION_JPEG;
  if (photometric == PHOTOMETRIC_YCBCR && layout.lossy) {
    TIFFSetField(reader.tiff(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    photometric = PHOTOMETRIC_RGB;
  }
  switch (photometric) {
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_MINISBLACK:
      layout.inverted = photometric == PHOTOMETRIC_MINISWHITE;
      break;
    case PHOTOMETRIC_PALETTE:
      layout.palette = read_palette(reader, layout.bits, reading);
      break;
    case PHOTOMETRIC_RGB:
      layout.used = 3;
      break;
    case PHOTOMETRIC_SEPARATED:
      if (reader.tag<std::uint16_t>(TIFFTAG_INKSET, INKSET_CMYK) != INKSET_CMYK)
        reader.refuse("inks other than CMYK");
      layout.used = 4;
      break;
    default:
      reader.refuse(fmt::format("colour space {}", photometric));
  }
  if (layout.samples < layout.used || layout.samples > 16)
    reader.refuse(fmt::format("{} samples a pixel", layout.samples));
  return layout;
}

std::uint16_t sample_at(const std::uint8_t* row, std::size_t index, int bits) {
  if (bits == 8) return row[index];
  if (bits == 16) {
    std::uint16_t value = 0;  // libtiff has put it into this machine's byte order
    std::memcpy(&value, row + 2 * index, 2);
    return value;
  }
  const auto width = static_cast<std::size_t>(bits);
  const std::size_t bit = index * width;
  return static_cast<std::uint16_t>((row[bit / 8] >> (8 - width - bit % 8)) & ((1U << width) - 1));
}

// A strip or tile: where it lies in the image.
struct Block {
  int left, top, width, height;  // in pixels; may reach over the right and lower edge
};

// Decodes the blocks of one band of rows into `samples` (band height x width x used).
class TiffBands {
 public:
  TiffBands(const TiffReader& reader, const TiffLayout& layout)
      : reader_(reader), layout_(layout), tiled_(TIFFIsTiled(reader.tiff()) == 1) {
    constexpr std::uint32_t kMost = 1U << 30;  // px
    constexpr tmsize_t kMostBytes = tmsize_t{1} << 30;
    if (tiled_) {
      const auto width = reader.tag<std::uint32_t>(TIFFTAG_TILEWIDTH, 0);
      const auto height = reader.tag<std::uint32_t>(TIFFTAG_TILELENGTH, 0);
      if (width == 0 || height == 0 || std::uint64_t{width} * height > kMost)
        reader.refuse(fmt::format("tiles of {} x {} px", width, height));
      width_ = static_cast<int>(width);
      height_ = static_cast<int>(height);
    } else {
      const auto rows = reader.tag<std::uint32_t>(TIFFTAG_ROWSPERSTRIP, 0xFFFFFFFF);
      if (rows == 0) reader.refuse("strips of no rows");
      width_ = layout.size.width;
      height_ =
          static_cast<int>(std::min<std::uint32_t>(rows, static_cast<std::uint32_t>(layout.size.height)));
    }
    const tmsize_t bytes = tiled_ ? TIFFTileSize(reader.tiff()) : TIFFStripSize(reader.tiff());
    const int side_by_side = layout.apart ? 1 : layout.samples;
    row_bytes_ =
        (static_cast<std::size_t>(width_) * static_cast<std::size_t>(side_by_side * layout.bits) + 7) / 8;
    if (bytes <= 0) reader.fail();
    if (bytes > kMostBytes) reader.refuse(fmt::format("blocks of {} bytes", bytes));
    if (static_cast<std::size_t>(bytes) < row_bytes_ * static_cast<std::size_t>(height_))
      reader.refuse("blocks smaller than their pixels");
    buffer_.resize(static_cast<std::size_t>(bytes));
  }

  int height() const { return height_; }

  void read(int top, std::vector<std::uint16_t>& samples) {
    const int planes = layout_.apart ? layout_.used : 1;
    for (int left = 0; left < layout_.size.width; left += width_)
      for (int plane = 0; plane < planes; ++plane) {
        read_block(left, top, plane);
        unpack({left, top, width_, height_}, plane, samples);
      }
  }

 private:
  void read_block(int left, int top, int plane) {
    TIFF* tiff = reader_.tiff();
    const auto x = static_cast<std::uint32_t>(left);
    const auto y = static_cast<std::uint32_t>(top);
    const auto sample = static_cast<std::uint16_t>(plane);
    const auto bytes = static_cast<tmsize_t>(buffer_.size());
    const tmsize_t got =
        tiled_ ? TIFFReadEncodedTile(tiff, TIFFComputeTile(tiff, x, y, 0, sample), buffer_.data(), bytes)
               : TIFFReadEncodedStrip(tiff, TIFFComputeStrip(tiff, y, sample), buffer_.data(), bytes);
    const int rows = tiled_ ? height_ : std::min(height_, layout_.size.height - top);
    if (got < 0 || static_cast<std::size_t>(got) < row_bytes_ * static_cast<std::size_t>(rows))
      reader_.fail();
  }

  void unpack(const Block& block, int plane, std::vector<std::uint16_t>& samples) const {
    const int rows = std::min(block.height, layout_.size.height - block.top);
    const int columns = std::min(block.width, layout_.size.width - block.left);
    const auto stored = static_cast<std::size_t>(layout_.apart ? 1 : layout_.samples);
    const int wanted = layout_.apart ? 1 : layout_.used;
    for (int y = 0; y < rows; ++y) {
      const std::uint8_t* row = buffer_.data() + row_bytes_ * static_cast<std::size_t>(y);
      for (int x = 0; x < columns; ++x)
        for (int k = 0; k < wanted; ++k) {
          const auto pixel = static_cast<std::size_t>(y) * static_cast<std::size_t>(layout_.size.width) +
                             static_cast<std::size_t>(block.left + x);
          samples[pixel * static_cast<std::size_t>(layout_.used) + static_cast<std::size_t>(plane + k)] =
              sample_at(row, static_cast<std::size_t>(x) * stored + static_cast<std::size_t>(k),
                        layout_.bits);
        }
    }
  }

  const TiffReader& reader_;
  const TiffLayout& layout_;
  bool tiled_;
  int width_ = 0;   // of a block
  int height_ = 0;  // of a block
  std::size_t row_bytes_ = 0;
  std::vector<std::uint8_t> buffer_;
};

void convert(const std::uint16_t* row, const TiffLayout& layout, Reading reading, std::uint8_t* out) {
  const int width = layout.size.width;
  const std::uint32_t max = (1U << layout.bits) - 1;
  if (layout.palette.empty()) {
    const Ink ink = layout.used == 1 ? Ink::grey : layout.used == 3 ? Ink::rgb : Ink::cmyk;
    convert_row(row, width, layout.used, ink, max, reading, out);
    return;
  }
  for (int x = 0; x < width; ++x) out[x] = layout.palette[row[x]];
}

}  // namespace

ImageHeader tiff_header(const Encoded& file) {
  const TiffReader reader(file);
  const auto orientation = reader.tag<std::uint16_t>(TIFFTAG_ORIENTATION, 1);
  return {read_size(reader), orientation >= 1 && orientation <= 8 ? orientation : 1};
}

cv::Mat1b decode_tiff(const Encoded& file, Reading reading) {
  const TiffReader reader(file);
  const TiffLayout layout = read_layout(reader, reading);
  TiffBands bands(reader, layout);
  const auto [width, height] = layout.size;
  const std::size_t row = static_cast<std::size_t>(width) * static_cast<std::size_t>(layout.used);
  std::vector<std::uint16_t> samples(row * static_cast<std::size_t>(std::min(bands.height(), height)));
  cv::Mat1b pixels(height, width);
  const Reading now = layout.lossy ? Reading::grey : reading;
  for (int top = 0; top < height; top += bands.height()) {
    bands.read(top, samples);
    if (layout.inverted)
      for (std::uint16_t& sample : samples)
        sample = static_cast<std::uint16_t>((1U << layout.bits) - 1 - sample);
    for (int y = 0; y < std::min(bands.height(), height - top); ++y)
      convert(samples.data() + row * static_cast<std::size_t>(y), layout, now, pixels[top + y]);
  }
  return layout.lossy && reading == Reading::mask ? above_half(pixels) : pixels;
}

}  // namespace tn
