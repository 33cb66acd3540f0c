// Expected counts by pycocotools 2.0: mask.encode(numpy.asfortranarray(array))["counts"].
#include "libcore/image/rle.hpp"

#include <gtest/gtest.h>

#include <opencv2/core.hpp>

#include "tests/unit/image/fixtures.hpp"

namespace tn {
namespace {

TEST(CocoRle, EqualsPycocotools) {
  EXPECT_EQ(coco_rle(grey({{1, 1, 0, 0}, {1, 1, 1, 1}, {0, 1, 1, 0}})), "02110O0O0");
  EXPECT_EQ(
      coco_rle(grey({{1, 0, 0, 0, 1}, {0, 0, 1, 1, 0}, {1, 1, 0, 0, 1}, {0, 1, 0, 1, 1}, {0, 0, 1, 0, 1}})),
      "011031NO00O0000002");
}
TEST(CocoRle, OfAnEmptyAndOfAFullMask) {
  EXPECT_EQ(coco_rle(cv::Mat1b(2, 3, std::uint8_t{0})), "6");
  EXPECT_EQ(coco_rle(cv::Mat1b(2, 3, std::uint8_t{255})), "06");
}

// An ellipse: long runs, differences of either sign.
cv::Mat1b ellipse() {
  cv::Mat1b mask(300, 400, std::uint8_t{0});
  for (int y = 0; y < 300; ++y)
    for (int x = 0; x < 400; ++x)
      if ((y - 140) * (y - 140) / 8100.0 + (x - 210) * (x - 210) / 16900.0 < 1) mask(y, x) = 255;
  return mask;
}
TEST(CocoRle, OfLongRunsEqualsPycocotools) {
  const std::string counts = coco_rle(ellipse());
  EXPECT_TRUE(counts.starts_with(
      "]kg0g0a88H8I6K4K6K4L4M2M4L4M2M4M2N2M4M2N2N2N2M4M2N2N2N2O0O2N2N2N2N2N2O0O2N2N2O0O2N"))
      << counts;
  EXPECT_TRUE(counts.ends_with("3L3N2N2N2N3L3N2N3L3N3L4L3N3L4L5J5L5J7H8Hc^a0")) << counts;
}

TEST(CocoRle, ReadsWhatItWrote) {
  EXPECT_SAME_IMAGE(from_coco_rle(coco_rle(ellipse()), 300, 400), ellipse());
  cv::RNG random(1);
  for (int round = 0; round < 100; ++round) {
    cv::Mat1b noise(1 + round % 7, 1 + round % 11);
    random.fill(noise, cv::RNG::UNIFORM, 0, 2);
    noise *= 255;
    ASSERT_EQ(cv::countNonZero(from_coco_rle(coco_rle(noise), noise.rows, noise.cols) != noise), 0);
  }
}

TEST(CocoRle, RefusesWhatDoesNotFillTheMask) {
  EXPECT_THROW(from_coco_rle("6", 2, 4), Error);
  EXPECT_THROW(from_coco_rle("6", 2, 2), Error);
  EXPECT_THROW(from_coco_rle("o", 2, 2), Error);
  EXPECT_THROW(from_coco_rle(" ", 2, 2), Error);
}

}  // namespace
}  // namespace tn
