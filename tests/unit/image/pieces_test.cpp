#include "libcore/image/pieces.hpp"

#include <gtest/gtest.h>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace tn {
namespace {

TEST(Pieces, HaveTheirAreaBoxAndCentre) {
  cv::Mat1b mask(4, 6, std::uint8_t{0});
  mask(0, 0) = 1;
  mask(cv::Rect(2, 1, 3, 2)) = 255;
  mask(3, 5) = 255;  // touches by a corner
  const Pieces pieces = pieces_of(mask);
  ASSERT_EQ(pieces.count(), 2);
  const std::size_t small = pieces.labels(0, 0) == 1 ? 1 : 2, large = 3 - small;
  EXPECT_EQ(pieces.area[small], 1);
  EXPECT_EQ(pieces.box[small], cv::Rect(0, 0, 1, 1));
  EXPECT_EQ(pieces.area[large], 7);
  EXPECT_EQ(pieces.box[large], cv::Rect(2, 1, 4, 3));
  EXPECT_DOUBLE_EQ(pieces.centre[large].x, (2 + 3 + 4 + 2 + 3 + 4 + 5) / 7.0);
  EXPECT_DOUBLE_EQ(pieces.centre[large].y, (1 + 1 + 1 + 2 + 2 + 2 + 3) / 7.0);
  EXPECT_TRUE(comes_before(pieces, large, small));
}

TEST(Pieces, OfAnEmptyMaskAreNone) {
  EXPECT_EQ(pieces_of(cv::Mat1b(3, 3, std::uint8_t{0})).count(), 0);
}

TEST(Pieces, AreWhatOpenCvCounts) {
  cv::Mat1b mask(61, 47);
  cv::RNG random(7);
  for (int share = 20; share <= 240; share += 20) {
    random.fill(mask, cv::RNG::UNIFORM, 0, 256);
    mask = mask < share;
    const Pieces pieces = pieces_of(mask);
    cv::Mat1i labels, stats;
    cv::Mat1d centres;
    ASSERT_EQ(cv::connectedComponentsWithStats(mask, labels, stats, centres, 8, CV_32S), pieces.count() + 1);
    for (int y = 0; y < mask.rows; ++y)
      for (int x = 0; x < mask.cols; ++x) {
        if (labels(y, x) == 0) continue;
        const auto mine = static_cast<std::size_t>(pieces.labels(y, x));
        const int theirs = labels(y, x);
        ASSERT_EQ(pieces.area[mine], stats(theirs, cv::CC_STAT_AREA));
        ASSERT_EQ(pieces.box[mine],
                  cv::Rect(stats(theirs, cv::CC_STAT_LEFT), stats(theirs, cv::CC_STAT_TOP),
                           stats(theirs, cv::CC_STAT_WIDTH), stats(theirs, cv::CC_STAT_HEIGHT)));
        ASSERT_EQ(pieces.centre[mine], cv::Point2d(centres(theirs, 0), centres(theirs, 1)));
      }
  }
}

}  // namespace
}  // namespace tn
