// Colour spaces of JPEG that no common tool writes, made here with libjpeg.
#include <cstdio>  // jpeglib.h needs FILE

#include <gtest/gtest.h>
#include <jpeglib.h>

#include <array>
#include <cstdlib>
#include <vector>

#include "libcore/image/image_io.hpp"
#include "tests/unit/image/fixtures.hpp"

namespace tn {
namespace {

struct JpegKind {
  J_COLOR_SPACE given;
  J_COLOR_SPACE stored;
  bool adobe = false;
  int quality = 100;
  std::vector<jpeg_scan_info> scans = {};  // empty: one
};

// A square of pixels, `samples` of them a pixel.
std::string jpeg_of(std::vector<std::uint8_t> pixels, int side, int samples, const JpegKind& kind) {
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &bytes, &size);
  jpeg.image_width = static_cast<JDIMENSION>(side);
  jpeg.image_height = static_cast<JDIMENSION>(side);
  jpeg.input_components = samples;
  jpeg.in_color_space = kind.given;
  jpeg_set_defaults(&jpeg);
  jpeg_set_colorspace(&jpeg, kind.stored);
  jpeg_set_quality(&jpeg, kind.quality, TRUE);
  jpeg.write_Adobe_marker = kind.adobe ? TRUE : FALSE;
  if (!kind.scans.empty()) {
    jpeg.scan_info = kind.scans.data();
    jpeg.num_scans = static_cast<int>(kind.scans.size());
  }
  jpeg_start_compress(&jpeg, TRUE);
  while (jpeg.next_scanline < jpeg.image_height) {
    JSAMPROW row = pixels.data() + jpeg.next_scanline * static_cast<std::size_t>(side * samples);
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  std::string result(reinterpret_cast<char*>(bytes), size);
  jpeg_destroy_compress(&jpeg);
  std::free(bytes);
  return result;
}

// 8 x 8 px of one colour, as lossless as JPEG is.
std::string flat(const std::vector<std::uint8_t>& colour, const JpegKind& kind) {
  std::vector<std::uint8_t> pixels;
  for (int i = 0; i < 64; ++i) pixels.insert(pixels.end(), colour.begin(), colour.end());
  return jpeg_of(pixels, 8, static_cast<int>(colour.size()), kind);
}

int level(const std::string& jpeg) {
  const cv::Mat1b image = decode_grey(jpeg, "a");
  EXPECT_EQ(image.size(), cv::Size(8, 8));
  return image(3, 3);
}

TEST(JpegColour, LumaOfRed) {
  EXPECT_NEAR(level(flat({255, 0, 0}, {JCS_RGB, JCS_YCbCr, false})), 76, 1);
}
TEST(JpegColour, StoredAsRgbIsTheSame) {
  EXPECT_NEAR(level(flat({255, 0, 0}, {JCS_RGB, JCS_RGB, true})), 76, 1);
}
// (100,50,25,40) of 255 ink is 163: see decode_test.cpp.
TEST(JpegColour, AdobeStoresInksInverted) {
  EXPECT_NEAR(level(flat({155, 205, 230, 215}, {JCS_CMYK, JCS_CMYK, true})), 163, 1);
}
TEST(JpegColour, YcckIsInvertedLikewise) {
  EXPECT_NEAR(level(flat({155, 205, 230, 215}, {JCS_CMYK, JCS_YCCK, true})), 163, 2);
}
TEST(JpegColour, WithoutAdobesMarkInksAreAsTheyStand) {
  EXPECT_NEAR(level(flat({100, 50, 25, 40}, {JCS_CMYK, JCS_CMYK, false})), 163, 1);
}

// Every coefficient in scans of its own, bit by bit.
std::vector<jpeg_scan_info> scans(int coefficients) {
  std::vector<jpeg_scan_info> all{{1, {0}, 0, 0, 0, 0}};
  for (int k = 1; k <= coefficients; ++k)
    for (int bit = 9; bit >= 0; --bit) all.push_back({1, {0}, k, k, bit == 9 ? 0 : bit + 1, bit});
  return all;
}

TEST(JpegScans, ManyAreDecoded) {
  const JpegKind kind{JCS_GRAYSCALE, JCS_GRAYSCALE, false, 100, scans(40)};
  EXPECT_EQ(level(flat({77}, kind)), 77);
}

TEST(JpegScans, TooManyAreRefused) {
  const JpegKind kind{JCS_GRAYSCALE, JCS_GRAYSCALE, false, 100, scans(60)};
  EXPECT_EQ(error_of([&] { decode_grey(flat({77}, kind), "a"); }),
            "65: a: damaged JPEG: more than 500 scans");
}

TEST(JpegMask, RingingBesideAnEdgeDoesNotCount) {
  cv::Mat1b disc(64, 64, std::uint8_t{0});
  for (int y = 0; y < 64; ++y)
    for (int x = 0; x < 64; ++x)
      if ((x - 30) * (x - 30) + (y - 33) * (y - 33) < 400) disc(y, x) = 255;
  const std::string jpeg =
      jpeg_of({disc.begin(), disc.end()}, 64, 1, {JCS_GRAYSCALE, JCS_GRAYSCALE, false, 50});
  const int inside = cv::countNonZero(disc);
  EXPECT_GT(cv::countNonZero(decode_grey(jpeg, "a")), inside + 100);  // the trap is there
  EXPECT_LE(cv::countNonZero(decode_mask(jpeg, "a") != disc), inside / 50);
}

TEST(JpegMask, OfSmallValuesCounts) {
  EXPECT_EQ(cv::countNonZero(decode_mask(flat({1}, {JCS_GRAYSCALE, JCS_GRAYSCALE}), "a")), 64);
}

TEST(JpegMask, OfZerosIsEmpty) {
  EXPECT_EQ(cv::countNonZero(decode_mask(flat({0}, {JCS_GRAYSCALE, JCS_GRAYSCALE}), "a")), 0);
}

TEST(FailOn, LetsDamagePassAndTellsOfIt) {
  std::string told;
  DecodeLimits limits;
  limits.tolerated = &told;
  limits.fail_on = FailOn::truncated;
  EXPECT_EQ(load_grey(fixture("damaged.jpg"), limits).empty(), false);
  EXPECT_EQ(told, "damaged JPEG: Corrupt JPEG data: bad Huffman code");
  EXPECT_EQ(error_of([&] { load_grey(fixture("cut-off.jpg"), limits); }),
            "65: cut-off.jpg: is cut off (JPEG)");
  limits.fail_on = FailOn::none;
  EXPECT_EQ(load_grey(fixture("cut-off.jpg"), limits).empty(), false);
  EXPECT_EQ(told, "is cut off (JPEG)");
}

// 32 x 32 px of different levels, with bytes of no segment in front of a marker: 0xDB (before the first scan)
// or 0xD9 (the end, after it).
std::string with_stray_bytes(char marker, std::size_t count) {
  std::vector<std::uint8_t> pixels(32 * 32);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * i * 7 % 251);
  std::string jpeg = jpeg_of(pixels, 32, 1, {JCS_GRAYSCALE, JCS_GRAYSCALE});
  return jpeg.insert(jpeg.find({'\xFF', marker}), count, 'x');
}

TEST(FailOn, StrayBytesBeforeTheScanChangeNoPixel) {
  const std::string jpeg = with_stray_bytes('\xDB', 20);
  DecodeLimits limits;
  std::string told;
  limits.tolerated = &told;
  EXPECT_SAME_IMAGE(decode_grey(jpeg, "a", limits), decode_grey(with_stray_bytes('\xDB', 0), "a"));
  EXPECT_EQ(told, "");
  limits.fail_on = FailOn::warning;
  EXPECT_EQ(error_of([&] { decode_grey(jpeg, "a", limits); }),
            "65: a: damaged JPEG: Corrupt JPEG data: 20 extraneous bytes before marker 0xdb");
}

// libjpeg has taken a few of them into its bit buffer already, so their number is its own.
TEST(FailOn, StrayBytesAfterTheScanAreDamage) {
  const std::string jpeg = with_stray_bytes('\xD9', 20);
  const std::string message = error_of([&] { decode_grey(jpeg, "a"); });
  EXPECT_TRUE(message.starts_with("65: a: damaged JPEG: Corrupt JPEG data: ")) << message;
  EXPECT_TRUE(message.ends_with(" extraneous bytes before marker 0xd9")) << message;
  std::string told;
  DecodeLimits limits;
  limits.tolerated = &told;
  limits.fail_on = FailOn::truncated;
  EXPECT_FALSE(decode_grey(jpeg, "a", limits).empty());
  EXPECT_TRUE(told.ends_with(" extraneous bytes before marker 0xd9")) << told;
}

}  // namespace
}  // namespace tn
