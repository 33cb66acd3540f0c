#include <libdeflate.h>

#include <bit>
#include <cstring>
#include <memory>
#include <opencv2/core.hpp>
#include <utility>
#include <vector>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/image/image_io.hpp"
#include "libcore/image/png_chunks.hpp"

namespace tn {
namespace {

constexpr std::string_view kKeyword("tn\0", 3);
constexpr std::size_t kHeaderEnd = 33;  // of signature and IHDR

// The bytes of a row as a PNG has them: red before blue, high byte before low.
void put_row(const cv::Mat& image, int y, std::vector<std::uint8_t>& row) {
  std::memcpy(row.data(), image.ptr(y), row.size());
  const std::size_t step = image.elemSize();
  if (image.channels() == 3)
    for (std::size_t i = 0; i < row.size(); i += step) std::swap(row[i], row[i + 2]);
  if (image.depth() == CV_16U && std::endian::native == std::endian::little)
    for (std::size_t i = 0; i < row.size(); i += 2) std::swap(row[i], row[i + 1]);
}

// Each row behind the number of its filter: 1, the difference from the pixel to the left. It serves speckle
// and masks alike, and trying others costs more time than it saves bytes.
std::vector<std::uint8_t> filtered_rows(const cv::Mat& image) {
  const std::size_t step = image.elemSize();
  std::vector<std::uint8_t> row(static_cast<std::size_t>(image.cols) * step);
  std::vector<std::uint8_t> rows((row.size() + 1) * static_cast<std::size_t>(image.rows));
  std::uint8_t* out = rows.data();
  for (int y = 0; y < image.rows; ++y, out += row.size() + 1) {
    put_row(image, y, row);
    out[0] = 1;
    std::memcpy(out + 1, row.data(), step);
    for (std::size_t i = step; i < row.size(); ++i)
      out[i + 1] = static_cast<std::uint8_t>(row[i] - row[i - step]);
  }
  return rows;
}

std::string compressed(const std::vector<std::uint8_t>& bytes, int level) {
  const std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> compressor(
      libdeflate_alloc_compressor(level), &libdeflate_free_compressor);
  if (!compressor) throw std::bad_alloc();
  std::string result(libdeflate_zlib_compress_bound(compressor.get(), bytes.size()), '\0');
  const std::size_t size =
      libdeflate_zlib_compress(compressor.get(), bytes.data(), bytes.size(), result.data(), result.size());
  if (size == 0) throw Error(Exit::internal, "a PNG cannot be compressed");
  result.resize(size);
  return result;
}

}  // namespace

// Written here and not by libpng, whose zlib takes longer for the same file.
std::string encode_png(const cv::Mat& image, int compression, std::string_view note) {
  if (image.empty() || (image.type() != CV_8UC1 && image.type() != CV_8UC3 && image.type() != CV_16UC1))
    throw Error(Exit::internal, "a PNG is made of 8-bit grey or BGR, or of 16-bit grey pixels");
  if (compression < 0 || compression > 9)
    throw Error(Exit::usage, "compression {} is not in 0 to 9", std::int64_t{compression});
  const char colour = image.channels() == 3 ? 2 : 0;
  const char bits = image.depth() == CV_16U ? 16 : 8;
  std::string png(kPngSignature);
  add_png_chunk(png, "IHDR",
                png_number(static_cast<std::size_t>(image.cols)) +
                    png_number(static_cast<std::size_t>(image.rows)) + std::string{bits, colour, 0, 0, 0});
  if (!note.empty()) add_png_chunk(png, "tEXt", std::string(kKeyword) + std::string(note));
  const std::string pixels = compressed(filtered_rows(image), compression);
  constexpr std::size_t kMost = 1U << 30;  // a chunk's length is of 31 bits
  for (std::size_t at = 0; at < pixels.size(); at += kMost)
    add_png_chunk(png, "IDAT", std::string_view(pixels).substr(at, kMost));
  add_png_chunk(png, "IEND", "");
  return png;
}

std::string_view png_note(std::string_view start) {
  if (start.size() < kHeaderEnd + 8 || start.substr(kHeaderEnd + 4, 4) != "tEXt") return {};
  const std::size_t length = png_number(start.substr(kHeaderEnd, 4));
  const std::string_view text = start.substr(kHeaderEnd + 8, length);
  if (text.size() != length || !text.starts_with(kKeyword)) return {};
  return text.substr(kKeyword.size());
}

void save_png(const std::string& path, const cv::Mat& image, bool force, int compression) {
  write_whole(path, encode_png(image, compression), force);
}

}  // namespace tn
