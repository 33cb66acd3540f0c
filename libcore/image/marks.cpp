#include "libcore/image/marks.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/photo.hpp>
#include <vector>

namespace tn {
namespace {

constexpr double kContrast = 50;  // levels by which a stroke stands out from both its sides
constexpr double kBright = 120;   // least level of a stroke
constexpr double kUneven = 32;    // most standard deviation of the levels of one mark's strokes
constexpr int kLeastPixels = 5;   // of a mark's strokes

cv::Mat square(int side) {
  return cv::getStructuringElement(cv::MORPH_RECT, cv::Size(side, side));
}

// Scanners draw with strokes of 1 or 2 px; larger images show them magnified.
int stroke_width(cv::Size size) {
  return std::max(2, static_cast<int>(std::lround(std::min(size.width, size.height) / 250.0)));
}

// Pixels that are gone when everything too narrow for a square is taken away, and were bright.
cv::Mat1b strokes(const cv::Mat1b& image, int width) {
  cv::Mat1b without;
  cv::morphologyEx(image, without, cv::MORPH_OPEN, square(width + 1), cv::Point(-1, -1), 1,
                   cv::BORDER_REPLICATE);
  cv::Mat1b thin;
  cv::compare(image - without, kContrast, thin, cv::CMP_GE);
  thin.setTo(0, image < kBright);
  return thin;
}

struct Group {
  int pixels = 0;
  double sum = 0;
  double squares = 0;
  int left = 1 << 30, right = -1, top = 1 << 30, bottom = -1;
};

// A sign is about as wide as high, small, and painted in one level; bright fibres are long and lie flat, and
// speckle is uneven.
bool is_mark(const Group& group, int width, int most_side) {
  if (group.pixels < kLeastPixels) return false;
  const int across = group.right - group.left + 1;
  const int down = group.bottom - group.top + 1;
  if (std::max(across, down) > most_side || down < 2 * width || across < 2 * width) return false;
  if (across > 2.5 * down || down > 4 * across) return false;
  const double mean = group.sum / group.pixels;
  return std::sqrt(std::max(0.0, group.squares / group.pixels - mean * mean)) <= kUneven;
}

std::vector<Group> groups_of(const cv::Mat1i& labels, int count, const cv::Mat1b& strokes,
                             const cv::Mat1b& image) {
  std::vector<Group> groups(static_cast<std::size_t>(count));
  for (int y = 0; y < image.rows; ++y) {
    for (int x = 0; x < image.cols; ++x) {
      if (strokes(y, x) == 0) continue;
      Group& group = groups[static_cast<std::size_t>(labels(y, x))];
      const double level = image(y, x);
      ++group.pixels;
      group.sum += level;
      group.squares += level * level;
      group.left = std::min(group.left, x);
      group.right = std::max(group.right, x);
      group.top = std::min(group.top, y);
      group.bottom = std::max(group.bottom, y);
    }
  }
  return groups;
}

}  // namespace

cv::Mat1b find_marks(const cv::Mat1b& image) {
  const int width = stroke_width(image.size());
  const cv::Mat1b thin = strokes(image, width);
  cv::Mat1b joined;  // the pieces of a cross lie apart
  cv::dilate(thin, joined, square(2 * width + 1));
  cv::Mat1i labels;
  const int count = cv::connectedComponents(joined, labels, 8, CV_32S);
  const std::vector<Group> groups = groups_of(labels, count, thin, image);
  cv::Mat1b marks(image.size(), std::uint8_t{0});
  const int most_side = std::max(12, std::min(image.cols, image.rows) / 14);
  std::vector<bool> kept(groups.size());
  for (std::size_t i = 1; i < groups.size(); ++i) kept[i] = is_mark(groups[i], width, most_side);
  for (int y = 0; y < image.rows; ++y)
    for (int x = 0; x < image.cols; ++x)
      if (thin(y, x) != 0 && kept[static_cast<std::size_t>(labels(y, x))]) marks(y, x) = 255;
  cv::dilate(marks, marks, square(3));
  return marks;
}

cv::Mat1b without_marks(const cv::Mat1b& image) {
  const cv::Mat1b marks = find_marks(image);
  if (cv::countNonZero(marks) == 0) return image;
  cv::Mat1b filled;
  cv::inpaint(image, marks, filled, 4, cv::INPAINT_TELEA);
  return filled;
}

}  // namespace tn
