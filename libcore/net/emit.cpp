#include "libcore/net/emit.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <opencv2/core.hpp>
#include <optional>
#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/data/manifest.hpp"
#include "libcore/image/image_io.hpp"
#include "libcore/image/npy.hpp"
#include "libcore/image/rle.hpp"

namespace tn {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::pair<std::string_view, Output>, 8> kWords{{{"mask", Output::mask},
                                                                     {"prob", Output::prob},
                                                                     {"npy", Output::npy},
                                                                     {"labelme", Output::labelme},
                                                                     {"rle", Output::rle},
                                                                     {"box", Output::box},
                                                                     {"polygon", Output::polygon},
                                                                     {"class", Output::classes}}};

bool has(const EmitOptions& options, Output output) {
  if (options.outputs.empty()) return output == Output::mask && !options.folder.empty();
  return std::find(options.outputs.begin(), options.outputs.end(), output) != options.outputs.end();
}

Output output_of(std::string_view word) {
  for (const auto& [name, output] : kWords)
    if (name == word) return output;
  throw Error(Exit::usage,
              "'{}' cannot be emitted: mask, prob, npy, labelme, rle, box, polygon and class can", word);
}

// Path as it stands in the manifest: relative to the root where there is one.
std::string recorded(const EmitOptions& options, const std::string& path) {
  namespace fs = std::filesystem;
  if (options.root.empty() || fs::path(path).is_absolute()) return path;
  return fs::proximate(path, options.root).generic_string();
}

// Returns the path to be recorded.
std::string write(const Record& record, const char* suffix, const std::string& bytes,
                  const EmitOptions& options) {
  const std::string path = options.folder + "/" + record.id() + suffix;
  create_folders(folder_of(path));
  write_whole(path, bytes, options.force, Durability::rename_only);
  return recorded(options, path);
}

Json points(const std::vector<cv::Point>& outline) {
  Json list = Json::array();
  for (const cv::Point at : outline) list.push_back({at.x, at.y});
  return list;
}

Json region_json(const Region& region, const std::optional<Spacing>& spacing, bool with_polygon) {
  const Axes axes = axes_of(region);
  Json json{{"box", {region.box.x, region.box.y, region.box.width, region.box.height}},
            {"area", region.area},
            {"diameters", {axes.longest, axes.across}}};
  Axes shape = axes;
  if (spacing) {
    shape = axes_of(region, *spacing);
    json["area_mm2"] = static_cast<double>(region.area) * (*spacing)[0] * (*spacing)[1];
    json["diameters_mm"] = {shape.longest, shape.across};
  }
  json["height_to_width"] = shape.height / shape.width;
  if (!with_polygon) return json;
  json["polygon"] = points(region.outline);
  if (!region.holes.empty()) json["holes"] = Json::array();
  for (const auto& hole : region.holes) json["holes"].push_back(points(hole));
  return json;
}

// As LabelMe 5 writes it: https://github.com/wkentaro/labelme
std::string labelme_json(const Record& record, const std::vector<Region>& regions, cv::Size size,
                         const EmitOptions& options) {
  namespace fs = std::filesystem;
  Json shapes = Json::array();
  for (const Region& region : regions)
    shapes.push_back({{"label", "nodule"},
                      {"points", points(region.outline)},
                      {"group_id", nullptr},
                      {"shape_type", "polygon"},
                      {"flags", Json::object()}});
  const fs::path image = resolve(options.root, record.text("image").value_or(""));
  const fs::path folder = fs::path(options.folder + "/" + record.id()).parent_path();
  return Json{{"version", "5.0.1"},      {"flags", Json::object()},
              {"shapes", shapes},        {"imagePath", fs::proximate(image, folder).generic_string()},
              {"imageData", nullptr},    {"imageHeight", size.height},
              {"imageWidth", size.width}}
             .dump(2) +
         "\n";
}

std::string probability_png(const cv::Mat1f& probability) {
  cv::Mat1w levels;
  probability.convertTo(levels, CV_16U, 65535);
  return encode_png(levels);
}

}  // namespace

std::vector<Output> parse_outputs(std::string_view list) {
  std::vector<Output> outputs;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(',', at), list.size());
    const Output output = output_of(list.substr(at, end - at));
    if (std::find(outputs.begin(), outputs.end(), output) != outputs.end())
      throw Error(Exit::usage, "'{}' is to be emitted twice", list.substr(at, end - at));
    outputs.push_back(output);
    at = end + 1;
  }
  if (outputs.size() > 1 && std::find(outputs.begin(), outputs.end(), Output::classes) != outputs.end())
    throw Error(Exit::usage, "'class' is what is told anyway: it is emitted alone or not at all");
  return outputs;
}

std::string outputs_text(const std::vector<Output>& outputs) {
  std::string text;
  for (const Output output : outputs)
    for (const auto& [word, named] : kWords)
      if (named == output) text += (text.empty() ? "" : ",") + std::string(word);
  return text;
}

bool is_file(Output output) {
  return output <= Output::labelme;
}

void check(const EmitOptions& options) {
  if (options.cleaning.min_area < 0)
    throw Error(Exit::usage, "an area of {} pixels", options.cleaning.min_area);
  for (const auto& [word, output] : kWords)
    if (!options.outputs.empty() && has(options, output) && is_file(output) && options.folder.empty())
      throw Error(Exit::usage, "--emit {} needs a folder: --output", word);
}

bool wants_mask(const EmitOptions& options) {
  return options.outputs.empty() ? !options.folder.empty() : options.outputs.front() != Output::classes;
}

nlohmann::ordered_json emit_prediction(const Record& record, const cv::Mat1f& probability, double threshold,
                                       const EmitOptions& options) {
  const cv::Mat1b mask = cleaned(cv::Mat1b(probability >= threshold), options.cleaning);
  Json pred = Json::object();
  if (has(options, Output::mask)) pred["mask"] = write(record, ".png", encode_png(mask), options);
  if (has(options, Output::prob))
    pred["prob"] = write(record, ".prob.png", probability_png(probability), options);
  if (has(options, Output::npy)) pred["npy"] = write(record, ".npy", encode_npy(probability), options);
  if (has(options, Output::rle)) pred["rle"] = {{"size", {mask.rows, mask.cols}}, {"counts", coco_rle(mask)}};
  const bool polygon = has(options, Output::polygon);
  const bool labelme = has(options, Output::labelme);
  if (!polygon && !labelme && !has(options, Output::box)) return pred;
  const std::vector<Region> regions = regions_of(mask);
  if (labelme)
    pred["labelme"] = write(record, ".json", labelme_json(record, regions, mask.size(), options), options);
  if (!polygon && !has(options, Output::box)) return pred;
  const std::optional<Spacing> spacing = spacing_of(record);
  pred["regions"] = Json::array();
  for (const Region& region : regions) pred["regions"].push_back(region_json(region, spacing, polygon));
  return pred;
}

}  // namespace tn
