#include "libcore/plot/canvas.hpp"

#include <gtest/gtest.h>

#include "libcore/base/error.hpp"
#include "libcore/image/image_io.hpp"

namespace tn {
namespace {

std::string drawing(PictureFormat format) {
  Canvas canvas(format, 60, 40);
  canvas.fill({10, 10, 20, 10}, {0, 0, 0});
  canvas.line({0, 0}, {60, 40}, {{1, 0, 0}, 2, true});
  canvas.dot({30, 30}, 3, {0, 0, 1});
  canvas.text({5, 35}, "é", {});
  return canvas.finish();
}

TEST(PictureFormat, IsTheSuffix) {
  EXPECT_EQ(picture_format("a/b.png"), PictureFormat::png);
  EXPECT_EQ(picture_format("B.SVG"), PictureFormat::svg);
  EXPECT_EQ(picture_format("b.Pdf"), PictureFormat::pdf);
}

TEST(PictureFormat, OtherSuffixesAreRefused) {
  EXPECT_THROW(picture_format("a.jpg"), Error);
  EXPECT_THROW(picture_format("png"), Error);
}

TEST(Canvas, PngHasOnePixelAPoint) {
  Canvas canvas(PictureFormat::png, 6, 4);
  canvas.fill({1, 1, 2, 2}, {0, 0, 0});
  const cv::Mat1b expected = (cv::Mat1b(4, 6) << 255, 255, 255, 255, 255, 255,  //
                              255, 0, 0, 255, 255, 255,                         //
                              255, 0, 0, 255, 255, 255,                         //
                              255, 255, 255, 255, 255, 255);
  const cv::Mat1b found = decode_grey(canvas.finish(), "canvas");
  ASSERT_EQ(found.size(), expected.size());
  EXPECT_TRUE(std::equal(found.begin(), found.end(), expected.begin()));
}

TEST(Canvas, ImageOfItsOwnSizeKeepsItsPixels) {
  const cv::Mat1b image = (cv::Mat1b(2, 3) << 0, 50, 100, 150, 200, 255);
  Canvas canvas(PictureFormat::png, 3, 2);
  canvas.image(image, {0, 0, 3, 2});
  const cv::Mat1b found = decode_grey(canvas.finish(), "canvas");
  EXPECT_TRUE(std::equal(found.begin(), found.end(), image.begin()));
}

TEST(Canvas, SameCallsGiveTheSameBytes) {
  for (const auto format : {PictureFormat::png, PictureFormat::pdf})
    EXPECT_EQ(drawing(format), drawing(format));
}

TEST(Canvas, PdfCarriesNoDate) {
  const std::string bytes = drawing(PictureFormat::pdf);
  EXPECT_EQ(bytes.substr(0, 5), "%PDF-");
  EXPECT_EQ(bytes.find("CreationDate"), std::string::npos);
}

TEST(Canvas, TooLargeASideIsRefused) {
  EXPECT_THROW(Canvas(PictureFormat::png, 40'000, 10), Error);
  EXPECT_THROW(Canvas(PictureFormat::png, 10, 0), Error);
}

TEST(ShortenedText, StaysWhereItFits) {
  const Canvas canvas(PictureFormat::png, 10, 10);
  EXPECT_EQ(shortened(canvas, "case-17", {}, 1000), "case-17");
}

TEST(ShortenedText, LosesItsMiddle) {
  const Canvas canvas(PictureFormat::png, 10, 10);
  const std::string found = shortened(canvas, "a-very-long-identifier-of-a-case", {}, 80);
  EXPECT_LE(canvas.text_width(found, {}), 80);
  EXPECT_EQ(found.front(), 'a');
  EXPECT_EQ(found.back(), 'e');
  EXPECT_NE(found.find("…"), std::string::npos);
}

TEST(ShortenedText, NeverCutsACharacter) {
  const Canvas canvas(PictureFormat::png, 10, 10);
  for (double width = 0; width < 120; width += 7) {
    const std::string found = shortened(canvas, "éééééééééééééééé", {}, width);
    std::string rest = found;
    for (const std::string& part : {std::string("é"), std::string("…")})
      for (std::size_t at; (at = rest.find(part)) != std::string::npos;) rest.erase(at, part.size());
    EXPECT_EQ(rest, "") << width;
  }
}

}  // namespace
}  // namespace tn
