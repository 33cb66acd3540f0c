#include "libcore/image/placement.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "libcore/base/error.hpp"

namespace tn {
namespace {

// Each axis by its own rule: mean over the covered area where it shrinks, bilinear where it grows.
cv::Mat resized(const cv::Mat& image, int width, int height) {
  const cv::Size shrunk(std::min(width, image.cols), std::min(height, image.rows));
  cv::Mat result = image;
  if (shrunk != image.size()) cv::resize(image, result, shrunk, 0, 0, cv::INTER_AREA);
  if (result.cols != width || result.rows != height) {
    cv::Mat grown;
    cv::resize(result, grown, cv::Size(width, height), 0, 0, cv::INTER_LINEAR);
    result = grown;
  }
  return result;
}

cv::Rect inner(const Placement& placement) {
  return {placement.left, placement.top, placement.inner_width, placement.inner_height};
}

void expect_size(const cv::Mat& image, int width, int height) {
  if (image.cols != width || image.rows != height)
    throw Error(Exit::internal, "an image of {} x {} px does not belong to a placement of {} x {} px",
                image.cols, image.rows, width, height);
}

int rounded(double value) {
  return std::max(1, static_cast<int>(std::lround(value)));
}

}  // namespace

Placement place(ImageSize source, int size, Fit fit) {
  if (source.width <= 0 || source.height <= 0)
    throw Error(Exit::bad_data, "an image of {} x {} px has no pixels", source.width, source.height);
  Placement placement{source, size, 0, 0, size, size};
  if (fit == Fit::stretch) return placement;
  const double scale = static_cast<double>(size) / std::max(source.width, source.height);
  placement.inner_width = std::min(size, rounded(source.width * scale));
  placement.inner_height = std::min(size, rounded(source.height * scale));
  placement.left = (size - placement.inner_width) / 2;
  placement.top = (size - placement.inner_height) / 2;
  return placement;
}

cv::Mat1b to_frame(const cv::Mat1b& image, const Placement& placement) {
  expect_size(image, placement.source.width, placement.source.height);
  cv::Mat1b frame(placement.size, placement.size, std::uint8_t{0});
  resized(image, placement.inner_width, placement.inner_height).copyTo(frame(inner(placement)));
  return frame;
}

cv::Mat1b mask_to_frame(const cv::Mat1b& mask, const Placement& placement) {
  expect_size(mask, placement.source.width, placement.source.height);
  cv::Mat1f share;
  mask.convertTo(share, CV_32F, 1.0 / 255);
  cv::Mat1b frame(placement.size, placement.size, std::uint8_t{0});
  const cv::Mat nodule = resized(share, placement.inner_width, placement.inner_height) >= 0.5F;
  nodule.copyTo(frame(inner(placement)));
  return frame;
}

cv::Mat1f restore(const cv::Mat1f& frame, const Placement& placement) {
  expect_size(frame, placement.size, placement.size);
  const cv::Mat1f map = resized(frame(inner(placement)), placement.source.width, placement.source.height);
  return map.data == frame(inner(placement)).data ? map.clone() : map;
}

nlohmann::json to_json(const Placement& placement) {
  return {{"source", {placement.source.width, placement.source.height}},
          {"size", placement.size},
          {"left", placement.left},
          {"top", placement.top},
          {"width", placement.inner_width},
          {"height", placement.inner_height}};
}

namespace {

int integer(const nlohmann::json& value, const char* key, const std::string& where) {
  if (!value.is_number_integer() || value.get<std::int64_t>() < 0 ||
      value.get<std::int64_t>() > std::numeric_limits<int>::max())
    throw Error(Exit::bad_data, "{}: geometry: '{}' is no whole number from 0", where, key);
  return value.get<int>();
}

}  // namespace

Placement placement_from_json(const nlohmann::json& json, const std::string& where) {
  const auto member = [&](const char* key) -> const nlohmann::json& {
    if (!json.is_object() || !json.contains(key))
      throw Error(Exit::bad_data, "{}: geometry: no '{}'", where, key);
    return json.at(key);
  };
  const nlohmann::json& source = member("source");
  if (!source.is_array() || source.size() != 2)
    throw Error(Exit::bad_data, "{}: geometry: 'source' is not [width,height]", where);
  Placement placement;
  placement.source = {integer(source[0], "source", where), integer(source[1], "source", where)};
  placement.size = integer(member("size"), "size", where);
  placement.left = integer(member("left"), "left", where);
  placement.top = integer(member("top"), "top", where);
  placement.inner_width = integer(member("width"), "width", where);
  placement.inner_height = integer(member("height"), "height", where);
  const auto fits = [&](int start, int length) {
    return length > 0 && std::int64_t{start} + length <= placement.size;
  };
  constexpr std::int64_t kMostPixels = 1'000'000'000;  // restore() makes a map of them
  const std::int64_t pixels = std::int64_t{placement.source.width} * placement.source.height;
  if (!fits(placement.left, placement.inner_width) || !fits(placement.top, placement.inner_height) ||
      pixels <= 0 || pixels > kMostPixels)
    throw Error(Exit::bad_data, "{}: geometry: the image does not fit its frame", where);
  return placement;
}

}  // namespace tn
