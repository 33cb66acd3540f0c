#include "libcore/plot/activation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <opencv2/core.hpp>

#include "tests/support/expect_error.hpp"

namespace tn {
namespace {

const std::string kRoot = std::string(TN_FIXTURES) + "/plot";

std::optional<Activation> load(const std::string& cam, ImageSize size = {32, 24}) {
  const Record record = Record::parse(R"({"id":"a","pred":{"cam":)" + cam + "}}", "test:1");
  return load_activation(record, ActivationHead::classes, kRoot, size, {});
}

TEST(Activation, IsTheMapOfTheHeadWithItsRange) {
  const auto found = load(R"({"mask":null,"class":{"map":"images/a.png","range":[-1,2.5]}})");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->levels.size(), cv::Size(32, 24));
  EXPECT_EQ(found->lowest, -1);
  EXPECT_EQ(found->highest, 2.5);
}

TEST(Activation, NullIsNoMap) {
  EXPECT_EQ(load(R"({"class":null})"), std::nullopt);
}

TEST(Activation, ARecordThatKnowsOfNoneIsAnError) {
  for (const char* cam : {"{}", R"({"plain":null})", R"({"class":7})", R"({"class":{"map":"images/a.png"}})",
                          R"({"class":{"map":"images/a.png","range":[1]}})"})
    EXPECT_EQ(test::thrown_by([&] { load(cam); }).exit_code, 65) << cam;
  const Record record = Record::parse(R"({"id":"a","pred":{}})", "test:1");
  EXPECT_EQ(test::thrown_by([&] { load_activation(record, ActivationHead::mask, "", {}, {}); }).exit_code,
            65);
}

TEST(Activation, AMissingFileAndOneOfAnotherSizeAreErrors) {
  EXPECT_EQ(test::thrown_by([] { load(R"({"class":{"map":"none.png","range":[0,1]}})"); }).exit_code, 66);
  EXPECT_EQ(test::thrown_by([] {
              load(R"({"class":{"map":"images/a.png","range":[0,1]}})", {24, 32});
            }).exit_code,
            65);
}

// Rec. 709 weights of linear light: what brightness is, whatever the eye's cones.
double luminance(const cv::Vec3b& bgr) {
  const auto linear = [](std::uint8_t level) { return std::pow(level / 255.0, 2.2); };
  return 0.0722 * linear(bgr[0]) + 0.7152 * linear(bgr[1]) + 0.2126 * linear(bgr[2]);
}

TEST(ActivationColour, GrowsBrighterWithTheLevel) {
  EXPECT_LT(luminance(activation_colour(0)), 0.01);
  EXPECT_GT(luminance(activation_colour(255)), 0.9);
  for (int level = 4; level < 256; level += 4)
    EXPECT_GT(luminance(activation_colour(static_cast<std::uint8_t>(level))),
              luminance(activation_colour(static_cast<std::uint8_t>(level - 4))))
        << level;
}

TEST(Glowing, IsHalfImageAndHalfColour) {
  cv::Mat1b image(1, 2, std::uint8_t{100}), levels(1, 2, std::uint8_t{0});
  levels(0, 1) = 255;  // 164, 255, 252 of BGR
  const cv::Mat3b found = glowing(image, levels);
  EXPECT_EQ(found(0, 0), cv::Vec3b(52, 50, 50));  // level 0 is 4, 0, 0
  EXPECT_EQ(found(0, 1), cv::Vec3b(132, 178, 176));
}

std::string scale_svg(double lowest, double highest, double width) {
  Canvas canvas(PictureFormat::svg, 400, 40);
  const Activation map{cv::Mat1b(1, 1, std::uint8_t{0}), lowest, highest};
  draw_activation_scale(canvas, ActivationHead::mask, map, 0, 20, width);
  return canvas.finish();
}

std::size_t letters(const std::string& svg) {
  std::size_t count = 0;
  for (std::size_t at = svg.find("<use "); at != std::string::npos; at = svg.find("<use ", at + 1)) ++count;
  return count;
}

TEST(ActivationScale, HasItsBarWhereThereIsRoom) {
  EXPECT_NE(scale_svg(-1.23e-05, 4.56e-05, 240).find("<image"), std::string::npos);
}

TEST(ActivationScale, OfANarrowTileIsItsNumbersInsideTheTile) {
  const std::string svg = scale_svg(-1.23e-05, 4.56e-05, 80);
  EXPECT_EQ(svg.find("<image"), std::string::npos);
  EXPECT_EQ(letters(svg), std::string("-1e-05.5e-05").size()) << svg;
  const Canvas canvas(PictureFormat::svg, 400, 40);
  EXPECT_LE(canvas.text_width("-1e-05…5e-05", {.size = 11}), 80);
}

}  // namespace
}  // namespace tn
