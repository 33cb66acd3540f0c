#include "libcore/image/png_inflate.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "libcore/image/png_chunks.hpp"

namespace tn {
namespace {

constexpr std::size_t kMost = 64U << 20;  // bytes of pixels

struct Pieces {
  std::string_view header;    // data of IHDR
  std::string before, after;  // the chunks around the pixels, whole
  std::string pixels;         // deflated, of all IDAT chunks
};

// Nothing for a file that is not in order.
std::optional<Pieces> take_apart(std::string_view png) {
  if (!png.starts_with(kPngSignature)) return std::nullopt;
  std::string_view rest = png.substr(kPngSignature.size());
  Pieces pieces;
  bool ended = false;
  for (std::string_view last; !ended;) {
    const std::optional<PngChunk> chunk = next_png_chunk(rest);
    if (!chunk || png_number(chunk->whole.substr(chunk->whole.size() - 4)) != png_checksum(*chunk))
      return std::nullopt;
    const bool pixels = chunk->type == "IDAT";
    if (pixels && !pieces.pixels.empty() && last != "IDAT") return std::nullopt;
    if (pieces.header.empty()) {
      if (chunk->type != "IHDR" || chunk->data.size() != 13) return std::nullopt;
      pieces.header = chunk->data;
    }
    if (pixels)
      pieces.pixels += chunk->data;
    else
      (pieces.pixels.empty() ? pieces.before : pieces.after) += chunk->whole;
    last = chunk->type;
    ended = chunk->type == "IEND";
  }
  return pieces;
}

// Bytes of the rows, each behind the number of its filter; 0 for an interlaced or unknown layout.
std::size_t inflated_size(std::string_view header) {
  constexpr int kSamples[] = {1, 0, 3, 1, 2, 0, 4};  // of a pixel, by colour type
  const std::size_t width = png_number(header);
  const std::size_t height = png_number(header.substr(4));
  const auto bits = static_cast<std::size_t>(header[8]);
  const auto colour = static_cast<unsigned char>(header[9]);
  const bool plain = header[10] == 0 && header[11] == 0 && header[12] == 0;
  if (!plain || colour > 6 || kSamples[colour] == 0 || bits > 16 || width >= kMost || height >= kMost)
    return 0;
  return ((width * bits * static_cast<std::size_t>(kSamples[colour]) + 7) / 8 + 1) * height;
}

// `bytes` as a zlib stream of stored blocks (RFC 1950, RFC 1951 3.2.4).
std::string stored(const std::vector<char>& bytes) {
  constexpr std::size_t kBlock = 65535;
  std::string stream;
  stream.reserve(bytes.size() + bytes.size() / kBlock * 5 + 16);
  stream += "\x78\x01";
  for (std::size_t at = 0; at < bytes.size(); at += kBlock) {
    const std::size_t length = std::min(kBlock, bytes.size() - at);
    const auto low = static_cast<char>(length);
    const auto high = static_cast<char>(length >> 8);
    stream += at + length == bytes.size() ? '\1' : '\0';
    stream += {low, high, static_cast<char>(~low), static_cast<char>(~high)};
    stream.append(bytes.data() + at, length);
  }
  stream += png_number(libdeflate_adler32(1, bytes.data(), bytes.size()));
  return stream;
}

}  // namespace

std::optional<std::string> inflated_png(std::string_view png) {
  std::optional<Pieces> pieces = take_apart(png);
  if (!pieces) return std::nullopt;
  const std::size_t size = inflated_size(pieces->header);
  if (size == 0 || size > kMost) return std::nullopt;
  const std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> decompressor(
      libdeflate_alloc_decompressor(), &libdeflate_free_decompressor);
  if (!decompressor) throw std::bad_alloc();
  std::vector<char> rows(size);
  if (libdeflate_zlib_decompress(decompressor.get(), pieces->pixels.data(), pieces->pixels.size(),
                                 rows.data(), size, nullptr) != LIBDEFLATE_SUCCESS)
    return std::nullopt;
  std::string result(kPngSignature);
  result += pieces->before;
  add_png_chunk(result, "IDAT", stored(rows));
  result += pieces->after;
  return result;
}

}  // namespace tn
