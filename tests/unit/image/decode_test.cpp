// Every kind of image file against grey levels worked out by hand from the formulas in image_io.hpp.
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "libcore/base/file.hpp"
#include "libcore/image/image_io.hpp"
#include "tests/unit/image/fixtures.hpp"

namespace tn {
namespace {

struct Picture {
  std::string file;
  cv::Mat1b levels;
  cv::Mat1b mask;
};

void PrintTo(const Picture& picture, std::ostream* out) {
  *out << picture.file;
}

// The four pictures of tests/fixtures/image/make.py.
const cv::Mat1b kGrey = grey({{0, 51, 102, 153}, {204, 255, 17, 34}});
const cv::Mat1b kGreyMask = grey({{0, 255, 255, 255}, {255, 255, 255, 255}});
// 16 bit: 0, 1, 128, 129 / 257, 32767, 65535, 65406, divided by 257
const cv::Mat1b kDeep = grey({{0, 0, 0, 1}, {1, 127, 255, 254}});
// red, green, blue, white / black, (10,20,30), (1,0,0), (0,0,1)
const cv::Mat1b kColour = grey({{76, 150, 29, 255}, {0, 18, 0, 0}});
const cv::Mat1b kColourMask = grey({{255, 255, 255, 255}, {0, 255, 255, 255}});
// inks: none, cyan, black, half black / C+M+Y, M+Y, (100,50,25,40), Y
const cv::Mat1b kInks = grey({{255, 179, 0, 128}, {0, 76, 163, 226}});
const cv::Mat1b kInksMask = grey({{255, 255, 0, 255}, {0, 255, 255, 255}});
const cv::Mat1b kBits = grey({{0, 255, 0, 255}, {255, 255, 0, 0}});
const cv::Mat1b kNoBits = grey({{255, 0, 255, 0}, {0, 0, 255, 255}});  // PBM: 1 is black

cv::Mat1b blocks(int left, int right) {
  cv::Mat1b image(8, 16, static_cast<std::uint8_t>(left));
  image.colRange(8, 16) = static_cast<std::uint8_t>(right);
  return image;
}

cv::Mat1b slope() {
  cv::Mat1b image(20, 18);
  for (int y = 0; y < 20; ++y)
    for (int x = 0; x < 18; ++x) image(y, x) = static_cast<std::uint8_t>(y + 2 * x);
  return image;
}

// All but the first pixel.
cv::Mat1b slope_mask() {
  cv::Mat1b mask(20, 18, std::uint8_t{255});
  mask(0, 0) = 0;
  return mask;
}

const std::vector<Picture>& pictures() {
  static const std::vector<Picture> all = {
      {"grey8.png", kGrey, kGreyMask},
      {"grey1.png", kBits, kBits},
      {"grey2.png", grey({{0, 85, 170, 255}, {255, 170, 85, 0}}),
       grey({{0, 255, 255, 255}, {255, 255, 255, 0}})},
      {"grey4.png", kGrey, kGreyMask},
      {"grey16.png", kDeep, kGreyMask},
      {"rgb8.png", kColour, kColourMask},
      {"rgb16.png", kColour, kColourMask},
      {"grey-alpha.png", kGrey, kGreyMask},
      {"grey-alpha16.png", kDeep, kGreyMask},
      {"rgba8.png", kColour, kColourMask},
      {"palette8.png", kColour, kColourMask},
      {"palette4-clear.png", kColour, kColourMask},
      {"interlaced.png", kGrey, kGreyMask},
      {"interlaced16.png", kDeep, kGreyMask},
      {"grey.jpg", blocks(64, 192), blocks(0, 255)},
      {"progressive.jpg", blocks(64, 192), blocks(0, 255)},
      {"colour.jpg", blocks(64, 192), blocks(0, 255)},
      {"cmyk.jpg", blocks(255, 128), blocks(255, 255)},
      {"grey8.tif", kGrey, kGreyMask},
      {"lzw.tif", kGrey, kGreyMask},
      {"deflate.tif", kGrey, kGreyMask},
      {"packbits.tif", kGrey, kGreyMask},
      {"group4.tif", kBits, kBits},
      {"bits.tif", kBits, kBits},
      {"cmyk.tif", kInks, kInksMask},
      {"rgba.tif", kColour, kColourMask},
      {"palette.tif", kColour, kColourMask},
      {"jpeg.tif", blocks(64, 192), blocks(0, 255)},
      {"white-is-zero.tif", kGrey, kGreyMask},
      {"grey16.tif", kDeep, kGreyMask},
      {"big.tif", kGrey, kGreyMask},
      {"planes.tif", kColour, kColourMask},
      {"tiles.tif", slope(), slope_mask()},
      {"grey8.bmp", kGrey, kGreyMask},
      {"top-down.bmp", kGrey, kGreyMask},
      {"rgb24.bmp", kColour, kColourMask},
      {"rgb32.bmp", kColour, kColourMask},
      {"palette4.bmp", kColour, kColourMask},
      {"bits.bmp", kBits, kBits},
      {"rgb555.bmp", grey({{255, 39, 0, 29}}), grey({{255, 255, 0, 255}})},
      {"rgb565.bmp", grey({{255, 39, 0, 29}}), grey({{255, 255, 0, 255}})},
      {"core.bmp", kColour, kColourMask},
      {"bits.pbm", kNoBits, kNoBits},
      {"bits-binary.pbm", kNoBits, kNoBits},
      {"grey.pgm", kGrey, kGreyMask},
      {"grey-binary.pgm", kGrey, kGreyMask},
      {"grey16.pgm", kDeep, kGreyMask},
      {"levels5.pgm", grey({{0, 51, 102, 153}, {204, 255, 255, 0}}),
       grey({{0, 255, 255, 255}, {255, 255, 255, 0}})},
      {"colour.ppm", kColour, kColourMask},
      {"colour-binary.ppm", kColour, kColourMask},
      {"grey.dcm", kGrey, kGreyMask},
      {"grey-implicit.dcm", kGrey, kGreyMask},
      {"grey-white-is-zero.dcm", kGrey, kGreyMask},
      {"grey16.dcm", kDeep, kGreyMask},
      {"grey16-big-endian.dcm", kDeep, kGreyMask},
      {"grey12-signed.dcm", grey({{0, 51, 102, 152}, {203, 254, 17, 34}}), kGreyMask},  // 16 n of 4095
      {"rgb.dcm", kColour, kColourMask},
      {"rgb-planes.dcm", kColour, kColourMask},
      {"ybr.dcm", kGrey, kGreyMask},
      {"ybr422.dcm", kGrey, kGreyMask},
      {"palette.dcm", kColour, kColourMask},
  };
  return all;
}

class EveryKind : public testing::TestWithParam<Picture> {};

TEST_P(EveryKind, GivesItsGreyLevels) {
  EXPECT_SAME_IMAGE(load_grey(fixture(GetParam().file)), GetParam().levels);
}

TEST_P(EveryKind, AsAMaskKeepsAllThatIsNotBlack) {
  const std::string path = fixture(GetParam().file);
  EXPECT_SAME_IMAGE(decode_mask(read_file(path), path), GetParam().mask);
}

TEST_P(EveryKind, HasItsSizeInTheHeader) {
  const ImageSize expected{GetParam().levels.cols, GetParam().levels.rows};
  EXPECT_EQ(image_size(fixture(GetParam().file)), expected);
}

// Whatever stands in a file: an image or an Error, never a crash.
TEST_P(EveryKind, CutAnywhereIsAnErrorOrTheWholePicture) {
  const std::string bytes = read_file(fixture(GetParam().file));
  const bool text = bytes.starts_with("P2") || bytes.starts_with("P3");
  const std::size_t last = bytes.size() - (text ? 2 : 0);  // a cut within the last number cannot be seen
  for (std::size_t length = 0; length < last; ++length) {
    cv::Mat1b image;
    const std::string error = error_of([&] { image = decode_grey(bytes.substr(0, length), "cut"); });
    if (error == "no error") {
      EXPECT_SAME_IMAGE(image, GetParam().levels) << length << " of " << bytes.size();
    } else {
      EXPECT_TRUE(error.starts_with("65: cut: ")) << error;
    }
  }
}

TEST_P(EveryKind, WithAnyByteWrongIsAnErrorOrAnImage) {
  const std::string bytes = read_file(fixture(GetParam().file));
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string wrong = bytes;
    wrong[at] = static_cast<char>(~wrong[at]);
    const std::string error = error_of([&] { decode_grey(wrong, "wrong", {1'000'000}); });
    EXPECT_TRUE(error == "no error" || error.starts_with("65: wrong: ")) << error;
  }
}

INSTANTIATE_TEST_SUITE_P(Decode, EveryKind, testing::ValuesIn(pictures()),
                         [](const testing::TestParamInfo<Picture>& picture) {
                           std::string name = picture.param.file;
                           for (char& c : name)
                             if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
                           return name;
                         });

// EXIF orientation n of the 4 x 2 picture a b c d / e f g h.
TEST(Orientation, TurnsThePictureUpright) {
  const cv::Mat1b turned[] = {
      grey({{0, 51, 102, 153}, {204, 255, 17, 34}}),     grey({{153, 102, 51, 0}, {34, 17, 255, 204}}),
      grey({{34, 17, 255, 204}, {153, 102, 51, 0}}),     grey({{204, 255, 17, 34}, {0, 51, 102, 153}}),
      grey({{0, 204}, {51, 255}, {102, 17}, {153, 34}}), grey({{204, 0}, {255, 51}, {17, 102}, {34, 153}}),
      grey({{34, 153}, {17, 102}, {255, 51}, {204, 0}}), grey({{153, 34}, {102, 17}, {51, 255}, {0, 204}}),
  };
  for (int n = 1; n <= 8; ++n)
    EXPECT_SAME_IMAGE(load_grey(fixture(fmt::format("turned-{}.png", n))), turned[n - 1]) << n;
}

TEST(Orientation, BehindThePixelsOfAPngCounts) {
  EXPECT_SAME_IMAGE(load_grey(fixture("turned-behind.png")), load_grey(fixture("turned-6.png")));
}

TEST(Orientation, OfTiffIsApplied) {
  EXPECT_SAME_IMAGE(load_grey(fixture("turned.tif")), load_grey(fixture("turned-6.png")));
}

TEST(Orientation, OfJpegIsApplied) {
  const cv::Mat1b image = load_grey(fixture("turned.jpg"));
  ASSERT_EQ(image.size(), cv::Size(8, 16));
  EXPECT_EQ(image(0, 0), 64);
  EXPECT_EQ(image(15, 0), 192);
}

TEST(Orientation, SwapsTheSizeInTheHeader) {
  EXPECT_EQ(image_size(fixture("turned-6.png")), (ImageSize{2, 4}));
  EXPECT_EQ(image_size(fixture("turned-3.png")), (ImageSize{4, 2}));
  EXPECT_EQ(image_size(fixture("turned.jpg")), (ImageSize{8, 16}));
}

std::string load_error(const std::string& name) {
  return error_of([&] { load_grey(fixture(name)); });
}

TEST(BadImage, MissingIsNamed) {
  EXPECT_EQ(load_error("nowhere.png"), "66: nowhere.png: No such file or directory");
}
TEST(BadImage, FolderIsNamed) {
  EXPECT_EQ(error_of([] { load_grey(TN_FIXTURES); }),
            std::string("66: ") + TN_FIXTURES + ": is a folder, not a file");
}
TEST(BadImage, ZeroBytesAreNamed) {
  EXPECT_EQ(load_error("empty.png"), "65: empty.png: is empty (0 bytes)");
}
TEST(BadImage, TextIsNoImage) {
  EXPECT_EQ(load_error("words.png"), "65: words.png: is no image (PNG, JPEG, BMP, TIFF, PNM or DICOM)");
}
TEST(BadImage, ForeignFormatIsNamed) {
  EXPECT_EQ(load_error("film.png"),
            "65: film.png: GIF is not read here (PNG, JPEG, BMP, TIFF, PNM and DICOM are)");
}
TEST(BadImage, CutOffIsToldFromDamaged) {
  EXPECT_EQ(load_error("cut-off.png"), "65: cut-off.png: is cut off (PNG)");
  EXPECT_EQ(load_error("no-end.png"), "65: no-end.png: is cut off (PNG)");
  EXPECT_EQ(load_error("cut-off.jpg"), "65: cut-off.jpg: is cut off (JPEG)");
  EXPECT_EQ(load_error("cut-off-head.jpg"), "65: cut-off-head.jpg: is cut off (JPEG)");
  EXPECT_EQ(load_error("cut-off.tif"), "65: cut-off.tif: is cut off (TIFF)");
  EXPECT_EQ(load_error("cut-off-head.tif"), "65: cut-off-head.tif: is cut off (TIFF)");
  EXPECT_EQ(load_error("cut-off.bmp"),
            "65: cut-off.bmp: is cut off (BMP of 1085 bytes, at least 1086 expected)");
  EXPECT_EQ(load_error("cut-off-head.bmp"),
            "65: cut-off-head.bmp: is cut off (BMP of 20 bytes, at least 26 expected)");
  EXPECT_EQ(load_error("cut-off.pgm"), "65: cut-off.pgm: is cut off (PNM of 37 bytes, at least 38 expected)");
  EXPECT_EQ(load_error("cut-off-text.pgm"), "65: cut-off-text.pgm: is cut off (PNM)");
  EXPECT_EQ(load_error("cut-off-head.pgm"), "65: cut-off-head.pgm: is cut off (PNM)");
}
TEST(BadImage, DamagedPngIsRefused) {
  EXPECT_EQ(load_error("damaged.png"), "65: damaged.png: damaged PNG: IDAT: incorrect data check");
}
TEST(BadImage, DamagedJpegIsRefused) {
  EXPECT_TRUE(load_error("damaged.jpg").starts_with("65: damaged.jpg: damaged JPEG: "))
      << load_error("damaged.jpg");
}
TEST(BadImage, PngWithFewerPixelsThanItSaysIsRefused) {
  EXPECT_TRUE(load_error("few-pixels.png").starts_with("65: few-pixels.png: damaged PNG: "))
      << load_error("few-pixels.png");
}
TEST(BadImage, ColourBeyondThePaletteIsRefused) {
  EXPECT_EQ(load_error("palette-overrun.png"),
            "65: palette-overrun.png: damaged PNG: a colour is not in the palette");
}
TEST(BadImage, LevelOverTheLargestIsRefused) {
  EXPECT_EQ(load_error("over.pgm"), "65: over.pgm: damaged PNM: a value over the largest, 100");
}
TEST(BadImage, FloatingPointTiffIsRefused) {
  EXPECT_EQ(load_error("float.tif"),
            "65: float.tif: TIFF with signed or floating-point samples is not read here");
}
TEST(BadImage, CompressedBmpIsRefused) {
  EXPECT_EQ(load_error("run-length.bmp"), "65: run-length.bmp: compressed BMP (method 1) is not read here");
}
TEST(BadImage, BombIsRefusedByItsHeader) {
  EXPECT_EQ(load_error("bomb.png"), "65: bomb.png: 100000 x 100000 px is over the limit of 100000000 pixels");
}
TEST(BadImage, LimitIsTheCallers) {
  EXPECT_EQ(error_of([] { load_grey(fixture("grey8.png"), {7}); }),
            "65: grey8.png: 4 x 2 px is over the limit of 7 pixels");
  EXPECT_EQ(error_of([] { load_grey(fixture("grey8.png"), {8}); }), "no error");
}

}  // namespace
}  // namespace tn
