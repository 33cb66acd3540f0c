#include "libcore/plot/tile.hpp"

#include <gtest/gtest.h>

#include "libcore/plot/palette.hpp"

namespace tn {
namespace {

std::string outline_svg(const cv::Mat1b& mask, const Box& box) {
  Canvas canvas(PictureFormat::svg, 100, 100);
  draw_outline(canvas, mask, box, {kDrawn, 1});
  return canvas.finish();
}

TEST(Outline, RunsThroughTheMiddleOfBorderPixels) {
  cv::Mat1b mask(5, 5, std::uint8_t{0});
  mask(cv::Rect(1, 1, 3, 2)) = 255;
  const std::string svg = outline_svg(mask, {0, 0, 50, 50});  // ten points a pixel
  EXPECT_NE(svg.find("M 15 15 L 15 25 L 35 25 L 35 15 Z"), std::string::npos) << svg;
}

TEST(Outline, OfOnePixelIsADot) {
  cv::Mat1b mask(5, 5, std::uint8_t{0});
  mask(2, 2) = 255;
  EXPECT_NE(outline_svg(mask, {0, 0, 50, 50}).find("fill:rgb(33.72549%,70.588235%,91.372549%)"),
            std::string::npos);
}

TEST(Outline, HolesHaveTheirOwn) {
  cv::Mat1b mask(9, 9, std::uint8_t{0});
  mask(cv::Rect(1, 1, 7, 7)) = 255;
  const std::string filled = outline_svg(mask, {0, 0, 90, 90});
  mask(4, 4) = 0;
  const std::string holed = outline_svg(mask, {0, 0, 90, 90});
  EXPECT_GT(holed.size(), filled.size());
}

TEST(Outline, OfAnEmptyMaskIsNothing) {
  const cv::Mat1b mask(5, 5, std::uint8_t{0});
  EXPECT_EQ(outline_svg(mask, {0, 0, 50, 50}).find("stroke:rgb"), std::string::npos);
}

std::string tile_svg(const CasePicture& picture, double width) {
  Canvas canvas(PictureFormat::svg, 400, 400);
  draw_tile(canvas, picture, {0, 0, width, width * 3 / 4 + caption_height(ActivationHead::none)});
  return canvas.finish();
}

TEST(Tile, DrawnIsSolidAndPredictedIsDashed) {
  CasePicture picture;
  picture.id = "a";
  picture.image = cv::Mat1b(30, 40, std::uint8_t{90});
  cv::Mat1b mask(30, 40, std::uint8_t{0});
  mask(cv::Rect(10, 10, 10, 10)) = 255;
  picture.drawn = mask;
  const std::string drawn = tile_svg(picture, 240);
  EXPECT_NE(drawn.find("stroke:rgb(33.72549%,70.588235%,91.372549%)"), std::string::npos);
  EXPECT_EQ(drawn.find("stroke-dasharray"), std::string::npos);
  picture.predicted = mask;
  const std::string both = tile_svg(picture, 240);
  EXPECT_NE(both.find("stroke:rgb(90.196078%,62.352941%,0%);stroke-opacity:1;stroke-dasharray"),
            std::string::npos);
}

TEST(Tile, EdgesOnAnActivationMapLieBelowAllOutlines) {
  CasePicture picture;
  picture.image = cv::Mat1b(30, 40, std::uint8_t{90});
  cv::Mat1b mask(30, 40, std::uint8_t{0});
  mask(cv::Rect(10, 10, 10, 10)) = 255;
  picture.drawn = picture.predicted = mask;
  picture.head = ActivationHead::mask;
  picture.activation = Activation{cv::Mat1b(30, 40, std::uint8_t{128}), 0, 2};
  const std::string svg = tile_svg(picture, 240);
  const std::size_t edge = svg.rfind("stroke:rgb(0%,0%,0%)");
  const std::size_t drawn = svg.find("stroke:rgb(33.72549%,70.588235%,91.372549%)");
  const std::size_t predicted = svg.find("stroke:rgb(90.196078%,62.352941%,0%)");
  ASSERT_NE(edge, std::string::npos);
  ASSERT_NE(predicted, std::string::npos);
  EXPECT_LT(edge, drawn);
  EXPECT_LT(drawn, predicted);
}

TEST(Tile, WrongClassIsInAnotherColour) {
  CasePicture picture;
  picture.image = cv::Mat1b(30, 40, std::uint8_t{90});
  picture.label = "benign";
  picture.p_malignant = 0.9;
  picture.class_correct = true;
  const std::string vermilion = "fill:rgb(83.529412%,36.862745%,0%)";
  EXPECT_EQ(tile_svg(picture, 240).find(vermilion), std::string::npos);
  picture.class_correct = false;
  EXPECT_NE(tile_svg(picture, 240).find(vermilion), std::string::npos);
}

TEST(Tile, ActivationMapHasItsScaleInAThirdLine) {
  CasePicture picture;
  picture.image = cv::Mat1b(30, 40, std::uint8_t{90});
  picture.head = ActivationHead::mask;
  const auto images = [&] {
    const std::string svg = tile_svg(picture, 240);
    int count = 0;
    for (std::size_t at = svg.find("<image "); at != std::string::npos; at = svg.find("<image ", at + 1))
      ++count;
    return count;
  };
  EXPECT_EQ(caption_height(picture.head), caption_height(ActivationHead::none) + 15);
  EXPECT_EQ(images(), 1);  // in words: there is no map
  picture.activation = Activation{cv::Mat1b(30, 40, std::uint8_t{128}), 0, 2};
  EXPECT_EQ(images(), 2);  // the case and the bar
}

TEST(Tile, ErrorStandsInPlaceOfTheImage) {
  CasePicture picture;
  picture.error = "nowhere.png: No such file or directory";
  const std::string svg = tile_svg(picture, 240);
  EXPECT_NE(svg.find("fill:rgb(83.529412%,36.862745%,0%)"), std::string::npos);
  EXPECT_EQ(svg.find("<image"), std::string::npos);
}

}  // namespace
}  // namespace tn
