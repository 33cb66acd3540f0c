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

// Each axis by its own rule: mean over the covered area where it shrinks, `growth` where it grows.
cv::Mat resized(const cv::Mat& image, int width, int height, int growth = cv::INTER_LINEAR) {
  const cv::Size shrunk(std::min(width, image.cols), std::min(height, image.rows));
  cv::Mat result = image;
  if (shrunk != image.size()) cv::resize(image, result, shrunk, 0, 0, cv::INTER_AREA);
  if (result.cols != width || result.rows != height) {
    cv::Mat grown;
    cv::resize(result, grown, cv::Size(width, height), 0, 0, growth);
    result = grown;
  }
  return result;
}

cv::Rect inner(const Placement& placement) {
  return {placement.left, placement.top, placement.inner_width, placement.inner_height};
}

cv::Rect part(const Placement& placement) {
  const Area area = part_of(placement);
  return {area.left, area.top, area.width, area.height};
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

Placement place(ImageSize source, int size, Fit fit, const std::optional<Area>& crop) {
  if (source.width <= 0 || source.height <= 0)
    throw Error(Exit::bad_data, "an image of {} x {} px has no pixels", source.width, source.height);
  Placement placement{source, size, 0, 0, size, size};
  if (crop && *crop != part_of(placement)) placement.crop = crop;
  if (fit == Fit::stretch) return placement;
  const Area shown = part_of(placement);
  const double scale = static_cast<double>(size) / std::max(shown.width, shown.height);
  placement.inner_width = std::min(size, rounded(shown.width * scale));
  placement.inner_height = std::min(size, rounded(shown.height * scale));
  placement.left = (size - placement.inner_width) / 2;
  placement.top = (size - placement.inner_height) / 2;
  return placement;
}

Area part_of(const Placement& placement) {
  return placement.crop.value_or(Area{0, 0, placement.source.width, placement.source.height});
}

cv::Mat1b to_frame(const cv::Mat1b& part, const Placement& placement, Enlarge enlarge) {
  const Area shown = part_of(placement);
  expect_size(part, shown.width, shown.height);
  cv::Mat1b frame(placement.size, placement.size, std::uint8_t{0});
  resized(part, placement.inner_width, placement.inner_height,
          enlarge == Enlarge::cubic ? cv::INTER_CUBIC : cv::INTER_LINEAR)
      .copyTo(frame(inner(placement)));
  return frame;
}

cv::Mat1b mask_to_frame(const cv::Mat1b& mask, const Placement& placement) {
  expect_size(mask, placement.source.width, placement.source.height);
  cv::Mat1f share;
  mask(part(placement)).convertTo(share, CV_32F, 1.0 / 255);
  cv::Mat1b frame(placement.size, placement.size, std::uint8_t{0});
  const cv::Mat nodule = resized(share, placement.inner_width, placement.inner_height) >= 0.5F;
  nodule.copyTo(frame(inner(placement)));
  return frame;
}

cv::Mat1f restore(const cv::Mat1f& frame, const Placement& placement) {
  expect_size(frame, placement.size, placement.size);
  const Area shown = part_of(placement);
  const cv::Mat1f map = resized(frame(inner(placement)), shown.width, shown.height);
  if (!placement.crop) return map.data == frame(inner(placement)).data ? map.clone() : map;
  cv::Mat1f whole(placement.source.height, placement.source.width, 0.0F);
  map.copyTo(whole(part(placement)));
  return whole;
}

nlohmann::json to_json(const Placement& placement) {
  nlohmann::json json = {{"source", {placement.source.width, placement.source.height}},
                         {"size", placement.size},
                         {"left", placement.left},
                         {"top", placement.top},
                         {"width", placement.inner_width},
                         {"height", placement.inner_height}};
  if (placement.crop) json["crop"] = to_json(*placement.crop);
  return json;
}

nlohmann::json to_json(const Area& area) {
  return {area.left, area.top, area.width, area.height};
}

namespace {

int integer(const nlohmann::json& value, const char* key, const std::string& where) {
  if (!value.is_number_integer() || value.get<std::int64_t>() < 0 ||
      value.get<std::int64_t>() > std::numeric_limits<int>::max())
    throw Error(Exit::bad_data, "{}: geometry: '{}' is no whole number from 0", where, key);
  return value.get<int>();
}

}  // namespace

Area area_from_json(const nlohmann::json& json, ImageSize source, const std::string& where) {
  if (!json.is_array() || json.size() != 4)
    throw Error(Exit::bad_data, "{}: geometry: 'crop' is not [left,top,width,height]", where);
  const Area area{integer(json[0], "crop", where), integer(json[1], "crop", where),
                  integer(json[2], "crop", where), integer(json[3], "crop", where)};
  if (area.width < 1 || area.height < 1 || std::int64_t{area.left} + area.width > source.width ||
      std::int64_t{area.top} + area.height > source.height)
    throw Error(Exit::bad_data, "{}: geometry: the crop does not lie in the image", where);
  return area;
}

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
  if (json.contains("crop")) placement.crop = area_from_json(json["crop"], placement.source, where);
  return placement;
}

}  // namespace tn
