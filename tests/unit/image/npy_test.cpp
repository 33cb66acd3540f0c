#include "libcore/image/npy.hpp"

#include <gtest/gtest.h>

#include <opencv2/core.hpp>

namespace tn {
namespace {

// numpy.save of numpy.array([[0, 1.5]], numpy.float32), byte for byte.
TEST(Npy, EqualsNumpy) {
  std::string expected("\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }",
                       69);
  expected += std::string(58, ' ') + "\n" + std::string("\0\0\0\0\0\0\xC0\x3F", 8);
  EXPECT_EQ(encode_npy((cv::Mat1f(1, 2) << 0, 1.5F)), expected);
}

}  // namespace
}  // namespace tn
