#include "libcore/data/event_file.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace {

std::string hex(const std::string& bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

// The checksum of "123456789" is 0xE3069283 (RFC 3720's polynomial), masked ((c >> 15) | (c << 17)) +
// 0xA282EAD8.
TEST(EventFile, ChecksumIsMaskedCrc32c) {
  EXPECT_EQ(tn::masked_crc32c("123456789"), 0xc78ab0e5U);
}
// Both records were made with Python's struct and a checksum bit by bit, and read by TensorBoard.
TEST(EventFile, BeginsWithItsVersion) {
  EXPECT_EQ(hex(tn::event_version(1.5)),
            "1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c");
}
TEST(EventFile, ScalarsStandAtTimeAndStep) {
  EXPECT_EQ(hex(tn::event_scalars(1.5, 300, {{"loss", 0.25}})),
            "1b000000000000001a0d9e1309000000000000f83f10ac022a0d0a0b0a046c6f7373150000803e99"
            "08deed");
}

}  // namespace
