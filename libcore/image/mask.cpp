#include "libcore/image/mask.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/data/manifest.hpp"
#include "libcore/data/one_or_list.hpp"

namespace tn {
namespace {

cv::Mat1b decode_file(const std::string& bytes, const std::string& path, ImageSize size,
                      const DecodeLimits& limits) {
  cv::Mat1b mask = decode_mask(bytes, path, limits);
  if (mask.cols != size.width || mask.rows != size.height)
    throw Error(Exit::bad_data, "{}: mask of {} x {} px, but the image has {} x {}", path, mask.cols,
                mask.rows, size.width, size.height);
  return mask;
}

std::vector<std::string> mask_paths(const Record& record, const std::string& root) {
  const auto mask = record.json("mask");
  if (!mask || mask->is_null()) return {};
  std::vector<std::string> paths;
  for (const nlohmann::json& path : as_list(*mask)) {
    if (!path.is_string())
      throw Error(Exit::bad_data, "{}: 'mask' is neither a path nor a list of paths", record.id());
    paths.push_back(resolve(root, path.get<std::string>()));
  }
  if (paths.empty()) throw Error(Exit::bad_data, "{}: 'mask' is an empty list", record.id());
  return paths;
}

cv::Point vertex(const nlohmann::json& point, const std::string& id) {
  constexpr double kMost = 1e6;  // px; keeps fixed-point drawing in range
  const bool pair = point.is_array() && point.size() == 2 && point[0].is_number() && point[1].is_number();
  const double x = pair ? point[0].get<double>() : 2 * kMost;
  const double y = pair ? point[1].get<double>() : 2 * kMost;
  if (!(std::abs(x) <= kMost) || !(std::abs(y) <= kMost))
    throw Error(Exit::bad_data, "{}: regions: a polygon's point is not [x,y] in pixels", id);
  return {static_cast<int>(std::lround(x)), static_cast<int>(std::lround(y))};
}

cv::Mat1b draw_regions(const nlohmann::json& regions, const std::string& id, ImageSize size) {
  if (!regions.is_array()) throw Error(Exit::bad_data, "{}: 'regions' is no list", id);
  cv::Mat1b mask(size.height, size.width, std::uint8_t{0});
  for (const nlohmann::json& region : regions) {
    if (!region.is_object() || !region.contains("polygon") || !region["polygon"].is_array() ||
        region["polygon"].size() < 3)
      throw Error(Exit::bad_data, "{}: regions: a region has no 'polygon' of three points or more", id);
    std::vector<cv::Point> polygon;
    for (const nlohmann::json& point : region["polygon"]) polygon.push_back(vertex(point, id));
    cv::fillPoly(mask, std::vector<std::vector<cv::Point>>{polygon}, cv::Scalar(255));
  }
  return mask;
}

}  // namespace

std::optional<MaskSource> read_mask_source(const Record& record, const std::string& root) {
  MaskSource source{record.id(), mask_paths(record, root), {}, {}};
  for (const std::string& path : source.paths) source.files.push_back(read_regular_file(path));
  if (!source.files.empty()) return source;
  if (record.is_null("regions")) return std::nullopt;
  source.regions = std::string(*record.raw("regions"));
  return source;
}

cv::Mat1b decode_mask(const MaskSource& source, ImageSize size, const DecodeLimits& limits) {
  if (source.files.empty()) return draw_regions(nlohmann::json::parse(source.regions), source.id, size);
  cv::Mat1b merged;
  for (std::size_t i = 0; i < source.files.size(); ++i) {
    const cv::Mat1b mask = decode_file(source.files[i], source.paths[i], size, limits);
    if (merged.empty())
      merged = mask;
    else
      cv::bitwise_or(merged, mask, merged);
  }
  return merged;
}

std::optional<cv::Mat1b> load_mask(const Record& record, const std::string& root, ImageSize size,
                                   const DecodeLimits& limits) {
  const std::optional<MaskSource> source = read_mask_source(record, root);
  if (!source) return std::nullopt;
  return decode_mask(*source, size, limits);
}

}  // namespace tn
