#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "libcore/base/file.hpp"
#include "libcore/image/image_io.hpp"
#include "tests/unit/image/fixtures.hpp"

namespace tn {
namespace {

TEST(EncodePng, GreyComesBack) {
  const cv::Mat1b image = grey({{0, 51, 102}, {1, 254, 255}});
  for (const int compression : {0, 1, 9})
    EXPECT_SAME_IMAGE(decode_grey(encode_png(image, compression), "a"), image) << compression;
}

TEST(EncodePng, ColourIsStoredAsRedGreenBlue) {
  cv::Mat3b image(1, 2);
  image(0, 0) = {255, 0, 0};  // blue
  image(0, 1) = {0, 0, 255};  // red
  EXPECT_SAME_IMAGE(decode_grey(encode_png(image), "a"), grey({{29, 76}}));
}

// 0x0101 * v is v of 8 bits; 0x1234 is 18.13 of them.
TEST(EncodePng, SixteenBitsComeBack) {
  const cv::Mat1w image = (cv::Mat1w(2, 2) << 0, 0x0101 * 7, 0x1234, 65535);
  EXPECT_SAME_IMAGE(decode_grey(encode_png(image), "a"), grey({{0, 7}, {18, 255}}));
}

TEST(EncodePng, PartOfAnImageIsEncodedAlone) {
  const cv::Mat1b image = grey({{1, 2, 3}, {4, 5, 6}});
  const cv::Mat1b part = image.colRange(1, 3);
  EXPECT_SAME_IMAGE(decode_grey(encode_png(part), "a"), grey({{2, 3}, {5, 6}}));
}

TEST(EncodePng, OtherPixelsAreABug) {
  EXPECT_EQ(error_of([] { encode_png(cv::Mat1f(2, 2, 0.0F)); }),
            "70: a PNG is made of 8-bit grey or BGR, or of 16-bit grey pixels");
  EXPECT_EQ(error_of([] { encode_png(cv::Mat1b()); }),
            "70: a PNG is made of 8-bit grey or BGR, or of 16-bit grey pixels");
}

TEST(EncodePng, CompressionIsChecked) {
  EXPECT_EQ(error_of([] { encode_png(grey({{1}}), 10); }), "2: compression 10 is not in 0 to 9");
}

TEST(SavePng, KeepsWhatIsThereUnlessForced) {
  const std::string path = testing::TempDir() + fmt::format("tn-save-{}.png", ::getpid());
  save_png(path, grey({{1}}), false);
  EXPECT_EQ(error_of([&] { save_png(path, grey({{2}}), false); }),
            "73: " + path + ": exists (--force overwrites it)");
  EXPECT_SAME_IMAGE(load_grey(path), grey({{1}}));
  save_png(path, grey({{2}}), true);
  EXPECT_SAME_IMAGE(load_grey(path), grey({{2}}));
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace tn
