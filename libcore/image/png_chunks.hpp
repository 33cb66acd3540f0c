// The pieces a PNG file is made of (ISO/IEC 15948, 5). For libcore/image alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tn {

constexpr std::string_view kPngSignature = "\x89PNG\r\n\x1a\n";

struct PngChunk {
  std::string_view type;   // four letters
  std::string_view data;   // what it holds
  std::string_view whole;  // with length, type and checksum
};

std::string png_number(std::size_t value);          // four bytes, big end first
std::size_t png_number(std::string_view four);      // the value of the first four bytes
std::uint32_t png_checksum(const PngChunk& chunk);  // CRC-32 of type and data, made anew
void add_png_chunk(std::string& png, std::string_view type, std::string_view data);

// Takes the next chunk off `rest`, which begins behind the signature or another chunk. Nothing where it is
// cut off.
std::optional<PngChunk> next_png_chunk(std::string_view& rest);

}  // namespace tn
