#include "libcore/image/png_chunks.hpp"

#include <libdeflate.h>

namespace tn {

std::string png_number(std::size_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}

std::size_t png_number(std::string_view four) {
  std::size_t value = 0;
  for (const char byte : four.substr(0, 4)) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

std::uint32_t png_checksum(const PngChunk& chunk) {
  return libdeflate_crc32(0, chunk.type.data(), chunk.type.size() + chunk.data.size());
}

void add_png_chunk(std::string& png, std::string_view type, std::string_view data) {
  png += png_number(data.size());
  const std::size_t from = png.size();
  png += type;
  png += data;
  png += png_number(libdeflate_crc32(0, png.data() + from, png.size() - from));
}

std::optional<PngChunk> next_png_chunk(std::string_view& rest) {
  constexpr std::size_t kAround = 12;  // bytes of length, type and checksum
  if (rest.size() < kAround) return std::nullopt;
  const std::size_t length = png_number(rest);
  if (length > rest.size() - kAround) return std::nullopt;
  const PngChunk chunk{rest.substr(4, 4), rest.substr(8, length), rest.substr(0, length + kAround)};
  rest.remove_prefix(chunk.whole.size());
  return chunk;
}

}  // namespace tn
