// same-picture FOUND EXPECTED: whether two pictures show the same. Fonts and compilers may move an edge by a
// part of a pixel: grey levels may differ by 1 on average, and in one of 200 pixels by more than 64.
#include <fmt/format.h>

#include <opencv2/core.hpp>

#include "libcore/base/error.hpp"
#include "libcore/image/image_io.hpp"

namespace {

int compare(const cv::Mat1b& found, const cv::Mat1b& expected) {
  if (found.size() != expected.size()) {
    fmt::print("{} x {} px, expected {} x {}\n", found.cols, found.rows, expected.cols, expected.rows);
    return 1;
  }
  cv::Mat1b difference;
  cv::absdiff(found, expected, difference);
  const double mean = cv::mean(difference)[0];
  const double far = cv::countNonZero(difference > 64) / static_cast<double>(difference.total());
  if (mean <= 1 && far <= 0.005) return 0;
  fmt::print("grey levels differ by {:.2f} on average, {:.2f} % of the pixels by more than 64\n", mean,
             far * 100);
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  try {
    return compare(tn::load_grey(argv[1]), tn::load_grey(argv[2]));
  } catch (const tn::Error& error) {
    fmt::print("{}\n", error.what());
    return 2;
  }
}
