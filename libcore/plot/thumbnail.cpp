#include <fmt/format.h>

#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "libcore/image/encode_jpeg.hpp"
#include "libcore/plot/html_report.hpp"
#include "libcore/plot/html_text.hpp"

namespace tn {
namespace {

struct Step {
  int side;  // px of the longer side, at most
  int quality;
};

// From the best to the smallest.
constexpr std::array<Step, 9> kSteps{
    {{640, 82}, {512, 78}, {448, 74}, {384, 70}, {320, 66}, {288, 60}, {224, 55}, {160, 50}, {96, 40}}};

cv::Mat1b at_most(const cv::Mat1b& image, int side) {
  const double scale = static_cast<double>(side) / std::max(image.cols, image.rows);
  if (scale >= 1) return image;
  const cv::Size size(std::max(1, static_cast<int>(std::lround(image.cols * scale))),
                      std::max(1, static_cast<int>(std::lround(image.rows * scale))));
  cv::Mat1b small;
  cv::resize(image, small, size, 0, 0, cv::INTER_AREA);
  return small;
}

// Corners of the outlines in px of the small picture, each relative to the one before.
std::string outline_path(const cv::Mat1b& mask, cv::Size size, const char* name) {
  std::vector<std::vector<cv::Point>> contours;
  cv::findContours(mask, contours, cv::RETR_CCOMP, cv::CHAIN_APPROX_NONE);
  const double x = static_cast<double>(size.width) / mask.cols;
  const double y = static_cast<double>(size.height) / mask.rows;
  std::string path;
  for (const auto& contour : contours) {
    std::vector<cv::Point> corners;
    cv::approxPolyDP(contour, corners, 0.4 / x, true);
    cv::Point before(0, 0);
    for (std::size_t i = 0; i < corners.size(); ++i) {
      // In tenths of a pixel.
      const cv::Point here(static_cast<int>(std::lround((corners[i].x + 0.5) * x * 10)),
                           static_cast<int>(std::lround((corners[i].y + 0.5) * y * 10)));
      const cv::Point step = here - before;
      path += fmt::format("{}{},{}", i == 0 ? "M" : i == 1 ? "l" : " ", step.x, step.y);
      before = here;
    }
    path += "z";
  }
  return path.empty() ? path : fmt::format("<path class=\"{}\" d=\"{}\"/>", name, path);
}

}  // namespace

std::string thumbnail_html(const CasePicture& picture, std::size_t bytes) {
  cv::Mat1b small;
  std::string jpeg;
  for (const Step& step : kSteps) {
    small = at_most(picture.image, step.side);
    jpeg = encode_jpeg(small, step.quality);
    if (jpeg.size() <= bytes) break;
  }
  std::string outlines;
  if (picture.drawn) outlines += outline_path(*picture.drawn, small.size(), "drawn");
  if (picture.predicted) outlines += outline_path(*picture.predicted, small.size(), "predicted");
  return fmt::format(
      "<button type=\"button\" class=\"thumb\" aria-label=\"show {}\">"
      "<img loading=\"lazy\" alt=\"\" width=\"{}\" height=\"{}\" src=\"data:image/jpeg;base64,{}\">"
      "<svg viewBox=\"0 0 {} {}\" aria-hidden=\"true\">{}</svg></button>",
      escaped(picture.id), small.cols, small.rows, base64(jpeg), small.cols * 10, small.rows * 10, outlines);
}

}  // namespace tn
