#include "libcore/image/border.hpp"

#include <opencv2/core.hpp>

namespace tn {
namespace {

// First and one past the last of the sums that reach `least`; both 0 where none does.
struct Span {
  int begin = 0;
  int end = 0;
};

Span span_of(const cv::Mat1i& sums, double least) {
  Span span;
  int at = 0;
  for (const int sum : sums) {
    if (sum >= least) {
      if (span.end == 0) span.begin = at;
      span.end = at + 1;
    }
    ++at;
  }
  return span;
}

}  // namespace

Area content_area(const cv::Mat1b& image, double level) {
  cv::Mat1i sums;
  cv::reduce(image, sums, 1, cv::REDUCE_SUM, CV_32S);
  const Span rows = span_of(sums, level * image.cols);
  if (rows.end == 0) return {0, 0, image.cols, image.rows};
  const cv::Mat1b bright = image.rowRange(rows.begin, rows.end);
  cv::reduce(bright, sums, 0, cv::REDUCE_SUM, CV_32S);
  const Span columns = span_of(sums, level * bright.rows);
  if (columns.end == 0) return {0, rows.begin, image.cols, bright.rows};
  return {columns.begin, rows.begin, columns.end - columns.begin, rows.end - rows.begin};
}

}  // namespace tn
