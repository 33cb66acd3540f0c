#include "libcore/plot/overlays.hpp"

#include <gtest/gtest.h>

#include "libcore/base/error.hpp"

namespace tn {
namespace {

const cv::Vec3b kBlueOfDrawn{233, 180, 86};  // BGR of Okabe and Ito's sky blue
const cv::Vec3b kOrangeOfPredicted{0, 159, 230};

CasePicture five_by_five() {
  CasePicture picture;
  picture.image = cv::Mat1b(5, 5, std::uint8_t{40});
  picture.drawn = cv::Mat1b(5, 5, std::uint8_t{0});
  (*picture.drawn)(cv::Rect(0, 0, 3, 3)) = 255;
  return picture;
}

TEST(Overlay, DrawnOutlineIsBlueAndInsideStaysGrey) {
  const cv::Mat3b found = overlay_of(five_by_five(), 1);
  EXPECT_EQ(found(0, 0), kBlueOfDrawn);
  EXPECT_EQ(found(2, 1), kBlueOfDrawn);
  EXPECT_EQ(found(1, 1), cv::Vec3b(40, 40, 40));
  EXPECT_EQ(found(4, 4), cv::Vec3b(40, 40, 40));
}

TEST(Overlay, PredictedOutlineLiesOnTop) {
  CasePicture picture = five_by_five();
  picture.predicted = *picture.drawn;
  EXPECT_EQ(overlay_of(picture, 1)(0, 0), kOrangeOfPredicted);
}

TEST(Overlay, WithoutMasksIsTheImage) {
  CasePicture picture = five_by_five();
  picture.drawn.reset();
  EXPECT_EQ(overlay_of(picture, 1)(0, 0), cv::Vec3b(40, 40, 40));
}

TEST(Overlay, OutlinesHaveABlackEdgeOnAnActivationMap) {
  CasePicture picture;
  picture.image = cv::Mat1b(9, 9, std::uint8_t{40});
  picture.drawn = cv::Mat1b(9, 9, std::uint8_t{0});
  (*picture.drawn)(cv::Rect(0, 0, 3, 3)) = 255;
  picture.activation = Activation{cv::Mat1b(9, 9, std::uint8_t{255}), 0, 1};
  const cv::Mat3b found = overlay_of(picture, 1);
  EXPECT_EQ(found(2, 1), kBlueOfDrawn);
  EXPECT_EQ(found(3, 1), cv::Vec3b(0, 0, 0));
  EXPECT_EQ(found(7, 7), glowing(picture.image, picture.activation->levels)(7, 7));
}

TEST(OverlayOptions, AreasAndAnActivationMapContradict) {
  OverlayOptions options;
  options.head = ActivationHead::mask;
  EXPECT_NO_THROW(check(options));
  options.areas = true;
  EXPECT_THROW(check(options), Error);
}

TEST(OverlayOptions, OutlineOfNoWidthIsRefused) {
  OverlayOptions options;
  EXPECT_NO_THROW(check(options));
  options.thickness = 0;
  EXPECT_THROW(check(options), Error);
}

TEST(OverlayOptions, ImagesOfNoPixelAreRefused) {
  OverlayOptions options;
  options.max_pixels = 0;
  EXPECT_THROW(check(options), Error);
}

}  // namespace
}  // namespace tn
