#include "libcore/plot/html_report.hpp"

#include <gtest/gtest.h>

#include <opencv2/core.hpp>

#include "libcore/plot/html_text.hpp"

namespace tn {
namespace {

TEST(HtmlText, EscapesWhatHasAMeaning) {
  EXPECT_EQ(escaped("a<b>&\"c\""), "a&lt;b&gt;&amp;&quot;c&quot;");
}

TEST(HtmlText, Base64OfTheStandardsExamples) {  // RFC 4648, section 10
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

TEST(HtmlText, SvgsOfOnePageShareNoId) {
  EXPECT_EQ(inline_svg(
                "<?xml?>\n<svg width=\"1\"><g id=\"x\"/><use xlink:href=\"#x\" clip-path=\"url(#x)\"/></svg>",
                "c1-", "a chart"),
            "<svg role=\"img\" aria-label=\"a chart\" width=\"1\"><g id=\"c1-x\"/><use xlink:href=\"#c1-x\" "
            "clip-path=\"url(#c1-x)\"/></svg>");
}

TEST(Thumbnail, OfNoiseKeepsToItsBytes) {
  CasePicture picture;
  picture.id = "a\"b";
  picture.image = cv::Mat1b(600, 800);
  cv::RNG random(1);
  random.fill(picture.image, cv::RNG::UNIFORM, 0, 256);
  const std::size_t bytes = kPictureBytes / 700 * 3 / 4;
  const std::string html = thumbnail_html(picture, bytes);
  EXPECT_LT(html.size(), bytes * 4 / 3 + 400);
  EXPECT_GT(html.size(), bytes / 3);  // not smaller than it must be
  EXPECT_NE(html.find("show a&quot;b"), std::string::npos);
}

TEST(Thumbnail, OutlinesAreInTenthsOfItsPixels) {
  CasePicture picture;
  picture.image = cv::Mat1b(20, 20, 100);
  picture.drawn = cv::Mat1b::zeros(20, 20);
  (*picture.drawn)(cv::Rect(4, 5, 8, 6)) = 255;
  const std::string html = thumbnail_html(picture, 100000);
  EXPECT_NE(html.find("viewBox=\"0 0 200 200\""), std::string::npos);
  EXPECT_NE(html.find("<path class=\"drawn\" d=\"M45,55l0,50 70,0 0,-50z\"/>"), std::string::npos) << html;
}

}  // namespace
}  // namespace tn
