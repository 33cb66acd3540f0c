#include "libcore/net/emit.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <opencv2/core.hpp>
#include <optional>
#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/version.hpp"
#include "libcore/data/manifest.hpp"
#include "libcore/image/image_io.hpp"
#include "libcore/image/npy.hpp"
#include "libcore/image/rle.hpp"
#include "libcore/image/seg_border.hpp"

namespace tn {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::pair<std::string_view, Output>, 10> kWords{{{"mask", Output::mask},
                                                                      {"prob", Output::prob},
                                                                      {"npy", Output::npy},
                                                                      {"labelme", Output::labelme},
                                                                      {"seg", Output::seg},
                                                                      {"cam", Output::cam},
                                                                      {"rle", Output::rle},
                                                                      {"box", Output::box},
                                                                      {"polygon", Output::polygon},
                                                                      {"class", Output::classes}}};

// What follows the id in the names of files.
struct Ending {
  Output output;
  std::string_view text;
};
constexpr std::array<Ending, 8> kEndings{{{Output::mask, ".png"},
                                          {Output::prob, ".prob.png"},
                                          {Output::npy, ".npy"},
                                          {Output::labelme, ".json"},
                                          {Output::seg, ".seg.dcm"},
                                          {Output::cam, ".cam-mask.png"},
                                          {Output::cam, ".cam-class.png"},
                                          {Output::cam, ".cam-plain.png"}}};

Output output_of(std::string_view word) {
  for (const auto& [name, output] : kWords)
    if (name == word) return output;
  throw Error(Exit::usage,
              "'{}' cannot be emitted: mask, prob, npy, labelme, seg, cam, rle, box, polygon and class can",
              word);
}

// Path as it stands in the manifest: relative to the root where there is one.
std::string recorded(const EmitOptions& options, const std::string& path) {
  namespace fs = std::filesystem;
  if (options.root.empty() || fs::path(path).is_absolute()) return path;
  return fs::proximate(path, options.root).generic_string();
}

// Returns the path to be recorded.
std::string add_file(Emitted& emitted, const Record& record, const std::string& ending, std::string bytes,
                     const EmitOptions& options) {
  emitted.files.push_back({record.id() + ending, std::move(bytes)});
  return recorded(options, options.folder + "/" + emitted.files.back().name);
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
  const fs::path folder = fs::path(options.folder + "/" + record.id()).parent_path();
  std::string image = record.text("image").value_or("");
  if (!image.empty()) image = fs::proximate(resolve(options.root, image), folder).generic_string();
  return Json{{"version", "5.0.1"},      {"flags", Json::object()}, {"shapes", shapes},
              {"imagePath", image},      {"imageData", nullptr},    {"imageHeight", size.height},
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
  return output <= Output::cam;
}

void check(const EmitOptions& options) {
  if (options.cleaning.min_area < 0)
    throw Error(Exit::usage, "an area of {} pixels", options.cleaning.min_area);
  for (const auto& [word, output] : kWords)
    if (!options.outputs.empty() && wants(options, output) && is_file(output) && options.folder.empty())
      throw Error(Exit::usage, "--emit {} needs a folder: --output", word);
}

bool wants(const EmitOptions& options, Output output) {
  if (options.outputs.empty()) return output == Output::mask && !options.folder.empty();
  return std::find(options.outputs.begin(), options.outputs.end(), output) != options.outputs.end();
}

bool wants_mask(const EmitOptions& options) {
  return std::ranges::any_of(kWords, [&](const auto& word) {
    return word.second != Output::cam && word.second != Output::classes && wants(options, word.second);
  });
}

void check_file_names(const std::string& id, const EmitOptions& options) {
  for (const Ending& shorter : kEndings)
    for (const Ending& longer : kEndings) {
      if (longer.text.size() <= shorter.text.size() || !longer.text.ends_with(shorter.text)) continue;
      const auto surplus = longer.text.substr(0, longer.text.size() - shorter.text.size());
      if (wants(options, shorter.output) && wants(options, longer.output) && id.ends_with(surplus))
        throw Error(Exit::bad_data, "{}{} would also be a file of {}: an id cannot end in {} here", id,
                    shorter.text, id.substr(0, id.size() - surplus.size()), surplus);
    }
}

void emit_prediction(Emitted& emitted, const Record& record, const cv::Mat1f& probability, double threshold,
                     const EmitOptions& options, const DicomSource* dicom) {
  Json& pred = emitted.pred;
  const cv::Mat1b mask = cleaned(cv::Mat1b(probability >= threshold), options.cleaning);
  const auto add = [&](const char* ending, std::string bytes) {
    return add_file(emitted, record, ending, std::move(bytes), options);
  };
  if (wants(options, Output::mask)) pred["mask"] = add(".png", encode_png(mask));
  if (wants(options, Output::prob)) pred["prob"] = add(".prob.png", probability_png(probability));
  if (wants(options, Output::npy)) pred["npy"] = add(".npy", encode_npy(probability));
  if (wants(options, Output::seg) && dicom != nullptr)
    pred["seg"] =
        add(".seg.dcm",
            encode_segmentation({dicom->bytes, dicom->frame, mask, dicom->model, version()}, record.id()));
  if (wants(options, Output::rle))
    pred["rle"] = {{"size", {mask.rows, mask.cols}}, {"counts", coco_rle(mask)}};
  const bool polygon = wants(options, Output::polygon);
  const bool labelme = wants(options, Output::labelme);
  if (!polygon && !labelme && !wants(options, Output::box)) return;
  const std::vector<Region> regions = regions_of(mask);
  if (labelme) pred["labelme"] = add(".json", labelme_json(record, regions, mask.size(), options));
  if (!polygon && !wants(options, Output::box)) return;
  const std::optional<Spacing> spacing = spacing_of(record);
  pred["regions"] = Json::array();
  for (const Region& region : regions) pred["regions"].push_back(region_json(region, spacing, polygon));
}

void emit_map(Emitted& emitted, const Record& record, const EmittedMap& map, const EmitOptions& options) {
  cv::Mat1b levels;
  map.map.convertTo(levels, CV_8U, 255);
  const std::string path =
      add_file(emitted, record, ".cam-" + map.head + ".png", encode_png(levels), options);
  emitted.pred["cam"][map.head] = {{"map", path}, {"range", {map.lowest, map.highest}}};
}

void write_files(const std::vector<OutputFile>& files, const std::string& folder, bool force,
                 const std::function<void()>& before_they_appear) {
  std::vector<std::unique_ptr<WholeFile>> beside;
  for (const OutputFile& file : files) {
    const std::string path = folder + "/" + file.name;
    create_folders(folder_of(path));
    beside.push_back(std::make_unique<WholeFile>(path, force));
    beside.back()->write(file.bytes);
    beside.back()->settle(Durability::rename_only);
  }
  before_they_appear();
  for (const auto& file : beside) file->commit(Durability::rename_only);
}

}  // namespace tn
