#include "libcore/data/event_file.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace tn {

static_assert(std::endian::native == std::endian::little, "event files are little-endian");

namespace {

constexpr std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78U : 0U);
    table[byte] = crc;
  }
  return table;
}
constexpr std::array<std::uint32_t, 256> kCrcTable = crc_table();

template <typename T>
std::string raw(T value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

// Protocol buffers: a field is its number and wire type in one byte (0 varint, 1 eight bytes, 2 with a
// length, 5 four bytes), then the value.
constexpr char key(int field, int wire) {
  return static_cast<char>(field * 8 + wire);
}

std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>((value & 0x7F) | 0x80);
  return bytes + static_cast<char>(value);
}

std::string with_length(int field, std::string_view bytes) {
  return key(field, 2) + varint(bytes.size()) + std::string(bytes);
}

// TFRecord: length, its checksum, bytes, their checksum.
std::string framed(const std::string& bytes) {
  const std::string length = raw(static_cast<std::uint64_t>(bytes.size()));
  return length + raw(masked_crc32c(length)) + bytes + raw(masked_crc32c(bytes));
}

}  // namespace

std::uint32_t masked_crc32c(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char byte : bytes) crc = (crc >> 8) ^ kCrcTable[(crc ^ static_cast<unsigned char>(byte)) & 0xFF];
  crc = ~crc;
  return ((crc >> 15) | (crc << 17)) + 0xA282EAD8U;
}

// message Event { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; }
std::string event_version(double time) {
  return framed(key(1, 1) + raw(time) + with_length(3, "brain.Event:2"));
}

// message Summary { repeated Value value = 1; }  message Value { string tag = 1; float simple_value = 2; }
std::string event_scalars(double time, std::int64_t step, const Scalars& scalars) {
  std::string summary;
  for (const auto& [name, value] : scalars)
    summary += with_length(1, with_length(1, name) + key(2, 5) + raw(static_cast<float>(value)));
  return framed(key(1, 1) + raw(time) + key(2, 0) + varint(static_cast<std::uint64_t>(step)) +
                with_length(5, summary));
}

}  // namespace tn
