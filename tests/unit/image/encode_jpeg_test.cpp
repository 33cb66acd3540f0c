#include "libcore/image/encode_jpeg.hpp"

#include <gtest/gtest.h>

#include <opencv2/core.hpp>

#include "libcore/image/image_io.hpp"

namespace tn {
namespace {

cv::Mat1b ramp() {
  cv::Mat1b image(30, 40);
  for (int y = 0; y < image.rows; ++y)
    for (int x = 0; x < image.cols; ++x) image(y, x) = static_cast<std::uint8_t>(5 * x + y);
  return image;
}

TEST(EncodeJpeg, KeepsThePixelsNearly) {
  const cv::Mat1b found = decode_grey(encode_jpeg(ramp(), 95), "ramp");
  ASSERT_EQ(found.size(), ramp().size());
  EXPECT_LT(cv::norm(found, ramp(), cv::NORM_INF), 8);
}

TEST(EncodeJpeg, LowerQualityIsSmaller) {
  EXPECT_LT(encode_jpeg(ramp(), 30).size(), encode_jpeg(ramp(), 95).size());
}

}  // namespace
}  // namespace tn
