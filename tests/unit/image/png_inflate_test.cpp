#include "libcore/image/png_inflate.hpp"

#include <gtest/gtest.h>

#include <opencv2/core.hpp>

#include "libcore/base/file.hpp"
#include "libcore/image/decode.hpp"
#include "libcore/image/image_io.hpp"
#include "libcore/image/png_chunks.hpp"
#include "tests/unit/image/fixtures.hpp"

namespace tn {
namespace {

std::string fixture_bytes(const std::string& name) {
  return read_file(fixture(name));
}

TEST(InflatedPng, HoldsThePixelsInOneChunkAsTheyAre) {
  const std::string png = fixture_bytes("grey8.png");
  const std::optional<std::string> inflated = inflated_png(png);
  ASSERT_TRUE(inflated);
  std::string_view rest = std::string_view(*inflated).substr(8);
  std::string types;
  std::size_t pixels = 0;
  while (const std::optional<PngChunk> chunk = next_png_chunk(rest)) {
    types += std::string(chunk->type) + " ";
    if (chunk->type == "IHDR")
      pixels =
          (png_number(chunk->data) + 1) * png_number(chunk->data.substr(4));  // each row behind its filter
    if (chunk->type == "IDAT") {
      EXPECT_EQ(chunk->data.size(), 2 + 5 + pixels + 4);  // zlib's head, one block's head, Adler-32
    }
  }
  EXPECT_EQ(types, "IHDR IDAT IEND ");
}

TEST(InflatedPng, MoreThanOneStoredBlockIsRead) {
  cv::Mat1b image(301, 700);
  cv::randu(image, 0, 256);
  const std::string png = encode_png(image, 6);
  const std::string name = "random.png";
  ASSERT_TRUE(inflated_png(png));
  EXPECT_EQ(cv::norm(decode_png(Encoded{png, name}, Reading::grey), image, cv::NORM_INF), 0);
}

TEST(InflatedPng, PixelsInSeveralChunksAreOne) {
  cv::Mat1b image(50, 40);
  cv::randu(image, 0, 256);
  const std::string png = encode_png(image, 1);
  std::string cut(kPngSignature);
  std::string_view rest = std::string_view(png).substr(8);
  while (const std::optional<PngChunk> chunk = next_png_chunk(rest)) {
    const std::size_t half = chunk->type == "IDAT" ? chunk->data.size() / 2 : chunk->data.size();
    add_png_chunk(cut, chunk->type, chunk->data.substr(0, half));
    if (half < chunk->data.size()) add_png_chunk(cut, chunk->type, chunk->data.substr(half));
  }
  ASSERT_TRUE(inflated_png(cut));
  EXPECT_EQ(cv::norm(decode_png(Encoded{cut, "cut"}, Reading::grey), image, cv::NORM_INF), 0);
}

class LeftToLibpng : public testing::TestWithParam<const char*> {};
TEST_P(LeftToLibpng, GivesNothing) {
  EXPECT_FALSE(inflated_png(fixture_bytes(GetParam())));
}
INSTANTIATE_TEST_SUITE_P(Files, LeftToLibpng,
                         testing::Values("interlaced.png", "cut-off.png", "damaged.png", "few-pixels.png",
                                         "no-end.png", "bomb.png", "grey8.tif"));

// Whatever byte is changed: the answer is the same picture or nothing.
TEST(InflatedPng, AnyChangedByteIsNoticedOrHarmless) {
  const std::string png = fixture_bytes("grey8.png");
  for (std::size_t at = 0; at < png.size(); ++at) {
    std::string changed = png;
    changed[at] = static_cast<char>(changed[at] ^ 0x20);
    EXPECT_FALSE(inflated_png(changed)) << at;
  }
}

}  // namespace
}  // namespace tn
