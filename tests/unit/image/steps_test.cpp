#include <gtest/gtest.h>

#include <csignal>
#include <ctime>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "libcore/base/interrupt.hpp"
#include "libcore/image/border.hpp"
#include "libcore/image/calipers.hpp"
#include "libcore/image/levels.hpp"
#include "libcore/image/marks.hpp"
#include "tests/unit/image/fixtures.hpp"

namespace tn {
namespace {

// Rows have means 0, 40, 30, 0; of the two in the middle the columns have 0, 60, 60, 20.
TEST(ContentArea, IsWhatReachesTheLevel) {
  const cv::Mat1b image = grey({{0, 0, 0, 0}, {0, 80, 80, 0}, {0, 40, 40, 40}, {0, 0, 0, 0}});
  EXPECT_EQ(content_area(image, 20), (Area{1, 1, 3, 2}));
  EXPECT_EQ(content_area(image, 20.5), (Area{1, 1, 2, 2}));
  EXPECT_EQ(content_area(image, 35), (Area{1, 1, 2, 1}));
}

TEST(ContentArea, DarkRowsInsideStay) {
  EXPECT_EQ(content_area(grey({{9}, {0}, {0}, {9}, {0}}), 4), (Area{0, 0, 1, 4}));
  EXPECT_EQ(content_area(grey({{9}, {0}, {0}, {9}, {0}}), 5), (Area{0, 0, 1, 4}));  // column mean 4.5
}

TEST(ContentArea, OfADarkImageIsAllOfIt) {
  EXPECT_EQ(content_area(cv::Mat1b(3, 5, std::uint8_t{4}), 5), (Area{0, 0, 5, 3}));
}

TEST(MedianFiltered, TakesAPointAway) {
  cv::Mat1b image(5, 5, std::uint8_t{10});
  image(2, 2) = 255;
  EXPECT_EQ(cv::countNonZero(median_filtered(image, 3) != 10), 0);
}

TEST(SpeckleFiltered, CalmsSpeckleAndKeepsEdges) {
  cv::Mat1f noise(64, 64);
  cv::RNG(3).fill(noise, cv::RNG::NORMAL, 1, 0.1);
  cv::Mat1f level(64, 64, 40.0F);
  level.colRange(32, 64) = 200;
  cv::Mat1b image;
  cv::Mat(level.mul(noise)).convertTo(image, CV_8U);
  const cv::Mat1b calm = speckle_filtered(image, 5);
  cv::Scalar mean, before, after;
  cv::meanStdDev(image.colRange(40, 60), mean, before);
  cv::meanStdDev(calm.colRange(40, 60), mean, after);
  EXPECT_LT(after[0], 0.75 * before[0]);
  EXPECT_NEAR(mean[0], 200, 2);
  EXPECT_GT(cv::mean(calm.col(32))[0] - cv::mean(calm.col(31))[0], 140);
}

TEST(SpeckleFiltered, EvenImageStays) {
  const cv::Mat1b image(8, 8, std::uint8_t{77});
  EXPECT_SAME_IMAGE(speckle_filtered(image, 3), image);
  EXPECT_EQ(cv::countNonZero(speckle_filtered(cv::Mat1b(8, 8, std::uint8_t{0}), 3)), 0);
}

TEST(Equalized, SpreadsDarkLevels) {
  cv::Mat1b image(64, 64);
  cv::RNG(1).fill(image, cv::RNG::UNIFORM, 10, 40);
  double most = 0;
  cv::minMaxLoc(equalized(image, 4, 2), nullptr, &most);
  EXPECT_GT(most, 80);
}

TEST(Normalized, StretchesBetweenTheShares) {
  // 0 percent: from least to most
  EXPECT_SAME_IMAGE(normalized(grey({{50, 60, 100}}), 0), grey({{0, 51, 255}}));
  // 10 percent of ten pixels: one at either end may lie outside
  EXPECT_SAME_IMAGE(normalized(grey({{0, 50, 50, 50, 60, 60, 100, 100, 100, 255}}), 10),
                    grey({{0, 0, 0, 0, 51, 51, 255, 255, 255, 255}}));
}

TEST(Normalized, OneLevelStays) {
  EXPECT_SAME_IMAGE(normalized(grey({{7, 7}}), 1), grey({{7, 7}}));
}

// Speckle with the grain of ultrasound.
cv::Mat1b tissue(int seed) {
  cv::Mat1f noise(200, 240);
  cv::RNG(static_cast<std::uint64_t>(seed)).fill(noise, cv::RNG::NORMAL, 0, 60);
  cv::GaussianBlur(noise, noise, cv::Size(), 2, 1.3);
  cv::Mat1b image;
  noise.convertTo(image, CV_8U, 2, 80);
  return image;
}

// A cross of four strokes around a gap, as calipers are drawn, and a letter.
cv::Mat1b drawn(const cv::Mat1b& image) {
  cv::Mat1b marked = image.clone();
  for (const cv::Point centre : {cv::Point(60, 50), cv::Point(150, 140)}) {
    marked(centre) = 210;
    for (int i = 2; i <= 5; ++i)
      for (const cv::Point step : {cv::Point(i, 0), cv::Point(-i, 0), cv::Point(0, i), cv::Point(0, -i)})
        marked(centre + step) = 210;
  }
  cv::putText(marked, "A", cv::Point(100, 100), cv::FONT_HERSHEY_SIMPLEX, 0.4, cv::Scalar(210), 1);
  return marked;
}

cv::Mat1b painted_over(const cv::Mat1b& clean, const cv::Mat1b& marked) {
  cv::Mat1b different;
  cv::compare(clean, marked, different, cv::CMP_NE);
  return different;
}

TEST(FindMarks, FindsCrossesAndLetters) {
  const cv::Mat1b clean = tissue(1);
  const cv::Mat1b marked = drawn(clean);
  const cv::Mat1b marks = find_marks(marked);
  const cv::Mat1b painted = painted_over(clean, marked);
  EXPECT_GT(cv::countNonZero(marks & painted), 0.9 * cv::countNonZero(painted));
}

TEST(FindMarks, FindsDiagonalCrosses) {
  cv::Mat1b image = tissue(2);
  cv::Mat1b painted(image.size(), std::uint8_t{0});
  cv::line(painted, {95, 95}, {105, 105}, 255);
  cv::line(painted, {95, 105}, {105, 95}, 255);
  image.setTo(230, painted);
  EXPECT_GT(cv::countNonZero(find_marks(image) & painted), 0.9 * cv::countNonZero(painted));
}

// Strokes of four pixels in a picture of 1440 x 1200: the widest that are looked for there.
TEST(FindMarks, FindsMagnifiedCrossesAndLetters) {
  cv::Mat1b small;
  cv::resize(tissue(1), small, {360, 300});
  cv::Mat1b clean, marked;
  cv::resize(small, clean, {}, 4, 4, cv::INTER_NEAREST);
  cv::resize(drawn(small), marked, {}, 4, 4, cv::INTER_NEAREST);
  const cv::Mat1b painted = painted_over(clean, marked);
  EXPECT_GT(cv::countNonZero(find_marks(marked) & painted), 0.9 * cv::countNonZero(painted));
}
TEST(FindCalipers, LieWhereTheyAreDrawnInEveryWidth) {
  for (int width = 1; width <= 9; ++width) {
    const Caliper one{{10 * width + 37, 10 * width + 20}, 6 * width, width, false, 0};
    cv::Mat1b drawn(20 * width + 60, 20 * width + 60, std::uint8_t{0});
    draw(one, drawn);
    cv::Mat1b image(drawn.size(), std::uint8_t{40});
    image.setTo(220, drawn);
    const std::vector<Caliper> found = find_calipers(image, width);
    ASSERT_EQ(found.size(), 1U) << width;
    EXPECT_LE(std::abs(found[0].centre.x - one.centre.x), (width + 1) / 2) << width;
    EXPECT_LE(std::abs(found[0].centre.y - one.centre.y), (width + 1) / 2) << width;
    EXPECT_LE(found[0].reach, one.reach) << width;  // a shorter sign is as like where all is even
    EXPECT_GE(found[0].reach, 4 * width) << width;
  }
}

// Smooth pictures have many places to try. With windows as large as the signs this took eight times as long.
TEST(FindCalipers, TakesTimeByThePixel) {
  cv::Mat1f noise(40, 40);
  cv::RNG(5).fill(noise, cv::RNG::UNIFORM, 0, 255);
  cv::resize(noise, noise, {2000, 2000}, 0, 0, cv::INTER_CUBIC);
  cv::Mat1b image;
  noise.convertTo(image, CV_8U);
  const std::clock_t start = std::clock();
  find_calipers(image, 7);
  EXPECT_LT(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC, 4);
}

TEST(FindCalipers, EndsAtASignal) {
  {
    const InterruptScope scope;
    std::raise(SIGTERM);
    EXPECT_EQ(error_of([] { find_calipers(cv::Mat1b(50, 50, std::uint8_t{9}), 1); }), "143: interrupted");
  }
  const InterruptScope forgets;
}

// A scan of 140 px in a black frame, with a digit and a tick on the black.
TEST(FindMarks, FindsDigitsAndTicksOnTheMargin) {
  cv::Mat1b image(200, 240, std::uint8_t{0});
  const cv::Rect scan(50, 20, 140, 160);
  tissue(3)(scan).copyTo(image(scan));
  cv::Mat1b painted(image.size(), std::uint8_t{0});
  cv::putText(painted, "5", {20, 60}, cv::FONT_HERSHEY_SIMPLEX, 0.4, 255, 1);
  painted(cv::Rect(38, 120, 3, 3)) = 255;
  image.setTo(250, painted);
  const cv::Mat1b marks = find_marks(image);
  EXPECT_EQ(cv::countNonZero(marks & painted), cv::countNonZero(painted));
}

// They may be calcifications.
TEST(FindMarks, LeavesBrightSpotsInADarkNoduleAlone) {
  cv::Mat1b image(200, 240, std::uint8_t{90});
  cv::circle(image, {120, 100}, 40, 10, cv::FILLED);
  for (const cv::Point spot : {cv::Point(110, 90), cv::Point(125, 100), cv::Point(130, 120)})
    cv::circle(image, spot, 2, 240, cv::FILLED);
  EXPECT_EQ(cv::countNonZero(find_marks(image)), 0);
}

TEST(FindMarks, LeavesTissueAlone) {
  int found = 0;
  for (int seed = 0; seed < 10; ++seed) found += cv::countNonZero(find_marks(tissue(seed)));
  EXPECT_LT(found, 10 * 200 * 240 / 1000);  // one pixel of a thousand
}

TEST(FindMarks, LeavesLongFibresAlone) {
  cv::Mat1b image(100, 100, std::uint8_t{60});
  image.row(40).colRange(10, 80) = 220;
  EXPECT_EQ(cv::countNonZero(find_marks(image)), 0);
}

TEST(WithoutMarks, ComesNearTheImageBelow) {
  const cv::Mat1b clean = tissue(1);
  const cv::Mat1b marked = drawn(clean);
  const cv::Mat1b painted = painted_over(clean, marked);
  const cv::Mat1b mended = without_marks(marked);
  const auto error = [&](const cv::Mat1b& image) {
    cv::Mat1b difference;
    cv::absdiff(image, clean, difference);
    return cv::mean(difference, painted)[0];
  };
  EXPECT_LT(error(mended), 0.35 * error(marked));
}

TEST(WithoutMarks, ImageWithoutMarksIsItself) {
  const cv::Mat1b image(20, 20, std::uint8_t{50});
  EXPECT_EQ(without_marks(image).data, image.data);
}

}  // namespace
}  // namespace tn
