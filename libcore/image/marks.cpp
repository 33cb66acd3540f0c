#include "libcore/image/marks.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/photo.hpp>
#include <vector>

#include "libcore/image/calipers.hpp"

namespace tn {
namespace {

constexpr double kContrast = 50;  // levels by which a stroke stands out from both its sides
constexpr double kBright = 120;   // least level of a stroke
constexpr double kWhite = 205;    // least level of a letter in the tissue that stands alone
constexpr double kUneven = 32;    // most standard deviation of the levels of one sign's strokes
constexpr int kLeastPixels = 5;   // of a sign's strokes
constexpr int kLeastWhitePixels = 10;
constexpr double kBlack = 24;         // highest level of the margin around the scan
constexpr double kMarginShare = 0.5;  // of the pixels around a sign on the margin
constexpr double kSameLevel = 30;     // levels by which a letter may differ from the caliper it names

cv::Mat square(int side) {
  return cv::getStructuringElement(cv::MORPH_RECT, cv::Size(side, side));
}

// Widest stroke, px: scanners draw with 1 or 2 px, larger images show them magnified.
int widest_stroke(cv::Size size) {
  return std::max(1, static_cast<int>(std::lround(std::min(size.width, size.height) / 300.0)));
}

// Bright pixels that are gone when everything too narrow for a square of `side` is taken away.
cv::Mat1b narrow(const cv::Mat1b& image, int side) {
  cv::Mat1b without;
  cv::morphologyEx(image, without, cv::MORPH_OPEN, square(side), cv::Point(-1, -1), 1, cv::BORDER_REPLICATE);
  cv::Mat1b found;
  cv::compare(image - without, kContrast, found, cv::CMP_GE);
  found.setTo(0, image < kBright);
  return found;
}

// The black around the scan: dark areas that reach the frame's edge.
cv::Mat1b margin_of(const cv::Mat1b& image) {
  cv::Mat1b calm;
  cv::medianBlur(image, calm, 3);
  cv::Mat1b dark;
  cv::compare(calm, kBlack, dark, cv::CMP_LE);
  cv::Mat1i labels;
  const int count = cv::connectedComponents(dark, labels, 8, CV_32S);
  std::vector<std::uint8_t> reaches(static_cast<std::size_t>(count), 0);
  const auto reach = [&](int y, int x) {
    if (dark(y, x) != 0) reaches[static_cast<std::size_t>(labels(y, x))] = 255;
  };
  for (int x = 0; x < image.cols; ++x) reach(0, x), reach(image.rows - 1, x);
  for (int y = 0; y < image.rows; ++y) reach(y, 0), reach(y, image.cols - 1);
  cv::Mat1b margin(image.size(), std::uint8_t{0});
  for (int y = 0; y < image.rows; ++y)
    for (int x = 0; x < image.cols; ++x) margin(y, x) = reaches[static_cast<std::size_t>(labels(y, x))];
  return margin;
}

// Pixels that belong together, and what they are like.
struct Sign {
  cv::Rect box;
  std::vector<cv::Point> pixels;
  double level = 0;   // mean
  double uneven = 0;  // standard deviation of the levels
};

// Pixels of `found` at most `gap` px from each other are one sign.
std::vector<Sign> signs_of(const cv::Mat1b& image, const cv::Mat1b& found, int gap) {
  cv::Mat1b joined;
  cv::dilate(found, joined, square(2 * gap + 1));
  cv::Mat1i labels;
  const int count = cv::connectedComponents(joined, labels, 8, CV_32S);
  std::vector<Sign> signs(static_cast<std::size_t>(count));
  for (int y = 0; y < image.rows; ++y)
    for (int x = 0; x < image.cols; ++x)
      if (found(y, x) != 0) signs[static_cast<std::size_t>(labels(y, x))].pixels.emplace_back(x, y);
  signs.erase(signs.begin());  // of the background
  for (Sign& sign : signs) {
    sign.box = cv::boundingRect(sign.pixels);
    double squares = 0;
    for (const cv::Point at : sign.pixels) {
      sign.level += image(at);
      squares += double{1} * image(at) * image(at);
    }
    const auto pixels = static_cast<double>(sign.pixels.size());
    sign.level /= pixels;
    sign.uneven = std::sqrt(std::max(0.0, squares / pixels - sign.level * sign.level));
  }
  return signs;
}

void draw(const Sign& sign, cv::Mat1b& marks) {
  for (const cv::Point at : sign.pixels) marks(at) = 255;
}

// Share of the pixels around its box that are margin.
double margin_share(const Sign& sign, const cv::Mat1b& margin) {
  const int gap = 2;
  const cv::Rect ring =
      cv::Rect(sign.box.x - gap, sign.box.y - gap, sign.box.width + 2 * gap, sign.box.height + 2 * gap) &
      cv::Rect({0, 0}, margin.size());
  const int around = ring.area() - sign.box.area();
  if (around == 0) return 0;
  return static_cast<double>(cv::countNonZero(margin(ring)) - cv::countNonZero(margin(sign.box))) / around;
}

// As wide as high, or nearly: letters and digits; fibres are long and lie flat.
bool has_shape_of_a_letter(const Sign& sign, int least) {
  const auto [across, down] = std::pair(sign.box.width, sign.box.height);
  return std::min(across, down) >= least && across <= 2.5 * down && down <= 4 * across;
}

bool is_beside(const Sign& sign, const Caliper& caliper) {
  const int far = 5 * caliper.reach;
  const cv::Rect near(caliper.centre.x - far, caliper.centre.y - far, 2 * far + 1, 2 * far + 1);
  return (near & sign.box) == sign.box && std::abs(sign.level - caliper.level) <= kSameLevel;
}

bool is_letter(const Sign& sign, const std::vector<Caliper>& calipers, int width, int most_side) {
  const auto pixels = static_cast<int>(sign.pixels.size());
  if (pixels < kLeastPixels || std::max(sign.box.width, sign.box.height) > most_side) return false;
  if (sign.uneven > kUneven) return false;
  if (sign.level >= kWhite && pixels >= kLeastWhitePixels * width && has_shape_of_a_letter(sign, 5 * width))
    return true;
  return has_shape_of_a_letter(sign, 3 * width) &&
         std::any_of(calipers.begin(), calipers.end(),
                     [&](const Caliper& caliper) { return is_beside(sign, caliper); });
}

}  // namespace

cv::Mat1b find_marks(const cv::Mat1b& image) {
  const int width = widest_stroke(image.size());
  const int most_side = std::max(12, std::min(image.cols, image.rows) / 14);
  cv::Mat1b marks(image.size(), std::uint8_t{0});
  const std::vector<Caliper> calipers = find_calipers(image, width);
  for (const Caliper& caliper : calipers) draw(caliper, marks);
  const cv::Mat1b margin = margin_of(image);
  for (const Sign& sign : signs_of(image, narrow(image, most_side + 1), 1))
    if (std::max(sign.box.width, sign.box.height) <= most_side && margin_share(sign, margin) >= kMarginShare)
      draw(sign, marks);
  for (const Sign& sign : signs_of(image, narrow(image, 2 * width + 1), 1))
    if (is_letter(sign, calipers, width, most_side)) draw(sign, marks);
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
