#include "libcore/image/preprocess.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/hash.hpp"
#include "libcore/image/border.hpp"
#include "libcore/image/levels.hpp"
#include "libcore/image/marks.hpp"
#include "libcore/image/windows.hpp"

namespace tn {
namespace {

// Goes up when the same options give other pixels. Filters once read what a crop had cut away.
int algorithm(const PreprocessOptions& options) {
  return options.crop_border && (options.denoise == Denoise::speckle || options.clahe) ? 2 : 1;
}

const char* fit_name(Fit fit) {
  return fit == Fit::stretch ? "stretch" : "letterbox";
}

// Throws Error(code): `where` and the option's name stand before the value.
void check_options(const PreprocessOptions& o, Exit code, const std::string& where) {
  const PreprocessOptions plain;
  if (o.size < 32 || o.size > 4096) throw Error(code, "{}size: {} is not in 32 to 4096 px", where, o.size);
  if (o.crop_border && !(*o.crop_border > 0 && *o.crop_border <= 255))
    throw Error(code, "{}crop-border: {} is not a level above 0 to 255", where, *o.crop_border);
  if (o.denoise_size < 3 || o.denoise_size > 15 || o.denoise_size % 2 == 0)
    throw Error(code, "{}denoise-size: {} is not odd and 3 to 15 px", where, o.denoise_size);
  if (o.denoise == Denoise::none && o.denoise_size != plain.denoise_size)
    throw Error(code, "{}denoise-size: {} px without a filter", where, o.denoise_size);
  if (!o.clahe && o.clahe_tiles != plain.clahe_tiles)
    throw Error(code, "{}clahe-tiles: {} a side without a clip limit", where, o.clahe_tiles);
  if (o.clahe && !(*o.clahe >= 1 && *o.clahe <= 100))
    throw Error(code, "{}clahe: {} is not in 1 to 100", where, *o.clahe);
  if (o.clahe_tiles < 1 || o.clahe_tiles > 64)
    throw Error(code, "{}clahe-tiles: {} is not in 1 to 64", where, o.clahe_tiles);
  if (o.normalize && !(*o.normalize >= 0 && *o.normalize <= 49))
    throw Error(code, "{}normalize: {} is not in 0 to 49 percent", where, *o.normalize);
}

cv::Mat1b with_calm_levels(const cv::Mat1b& image, const PreprocessOptions& options) {
  cv::Mat1b levels = image;
  const int window = static_cast<int>(options.denoise_size);
  if (options.denoise == Denoise::median) levels = median_filtered(levels, window);
  if (options.denoise == Denoise::speckle) levels = speckle_filtered(levels, window);
  if (options.clahe) levels = equalized(levels, *options.clahe, static_cast<int>(options.clahe_tiles));
  if (options.normalize) levels = normalized(levels, *options.normalize);
  return levels;
}

// One key of the document into its field. False: there is no such key, or its value has another type.
bool read_key(PreprocessOptions& options, const std::string& key, const nlohmann::json& value) {
  const auto whole = [&](std::int64_t& field) {
    if (value.is_number_integer()) field = value.get<std::int64_t>();
    return value.is_number_integer();
  };
  const auto number = [&](std::optional<double>& field) {
    if (value.is_number()) field = value.get<double>();
    return value.is_number();
  };
  const auto word = [&](auto& field, auto choice, const char* name) {
    if (value == name) field = choice;
    return value == name;
  };
  if (key == "size") return whole(options.size);
  if (key == "fit")
    return word(options.fit, Fit::stretch, "stretch") || word(options.fit, Fit::letterbox, "letterbox");
  if (key == "enlarge") return word(options.enlarge, Enlarge::cubic, "cubic");
  if (key == "remove_marks") {
    options.remove_marks = value == kMarksVersion;
    return options.remove_marks;
  }
  if (key == "crop_border") return number(options.crop_border);
  if (key == "denoise")
    return word(options.denoise, Denoise::median, "median") ||
           word(options.denoise, Denoise::speckle, "speckle");
  if (key == "denoise_size") return whole(options.denoise_size);
  if (key == "clahe") return number(options.clahe);
  if (key == "clahe_tiles") return whole(options.clahe_tiles);
  if (key == "normalize") return number(options.normalize);
  return false;
}

}  // namespace

void check(const PreprocessOptions& options) {
  check_options(options, Exit::usage, "--");
}

Frame preprocess(const cv::Mat1b& image, const PreprocessOptions& options) {
  return std::move(preprocess_windows(image, options, {}).front());
}

std::vector<Frame> preprocess_windows(const cv::Mat1b& image, const PreprocessOptions& options,
                                      const WindowOptions& windows) {
  const cv::Mat1b clean = options.remove_marks ? without_marks(image) : image;
  Area area{0, 0, image.cols, image.rows};
  if (options.crop_border) area = content_area(clean, *options.crop_border);
  // A copy: filters read what lies around a view.
  const cv::Mat1b part =
      with_calm_levels(clean(cv::Rect(area.left, area.top, area.width, area.height)).clone(), options);
  std::vector<Frame> frames;
  for (const cv::Rect& window : windows_over(part.size(), windows)) {
    const Area seen{area.left + window.x, area.top + window.y, window.width, window.height};
    const Placement placement =
        place({image.cols, image.rows}, static_cast<int>(options.size), options.fit, seen);
    frames.push_back({to_frame(part(window), placement, options.enlarge), placement});
  }
  return frames;
}

bool placed_by_size(const PreprocessOptions& options) {
  return !options.crop_border;
}

PreprocessOptions geometry_of(const PreprocessOptions& options) {
  PreprocessOptions geometry;
  geometry.size = options.size;
  geometry.fit = options.fit;
  return geometry;
}

nlohmann::json to_json(const PreprocessOptions& options) {
  nlohmann::json json = {{"fit", fit_name(options.fit)}, {"size", options.size}};
  if (options.enlarge == Enlarge::cubic) json["enlarge"] = "cubic";
  if (options.remove_marks) json["remove_marks"] = kMarksVersion;
  if (options.crop_border) json["crop_border"] = *options.crop_border;
  if (options.denoise != Denoise::none) {
    json["denoise"] = options.denoise == Denoise::median ? "median" : "speckle";
    json["denoise_size"] = options.denoise_size;
  }
  if (options.clahe) {
    json["clahe"] = *options.clahe;
    json["clahe_tiles"] = options.clahe_tiles;
  }
  if (options.normalize) json["normalize"] = *options.normalize;
  return json;
}

PreprocessOptions preprocess_from_json(const nlohmann::json& json, const std::string& where) {
  if (!json.is_object()) throw Error(Exit::bad_data, "{}: preprocessing options are no object", where);
  PreprocessOptions options;
  for (const auto& [key, value] : json.items())
    if (!read_key(options, key, value))
      throw Error(Exit::bad_data, "{}: preprocessing option '{}' is unknown here or has a bad value", where,
                  key);
  if (!json.contains("size") || !json.contains("fit"))
    throw Error(Exit::bad_data, "{}: preprocessing options lack 'size' or 'fit'", where);
  check_options(options, Exit::bad_data, where + ": preprocessing: ");
  return options;
}

std::string preprocess_hash(const PreprocessOptions& options) {
  return sha256_hex(fmt::format("tn preprocess {} {}", algorithm(options), to_json(options).dump()))
      .substr(0, 16);
}

}  // namespace tn
