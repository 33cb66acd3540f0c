#include "libcore/plot/activation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <opencv2/imgproc.hpp>

#include "libcore/base/error.hpp"
#include "libcore/data/manifest.hpp"

namespace tn {
namespace {

constexpr TextStyle kWords{.size = 11};
constexpr double kShortestBar = 30, kLongestBar = 120, kGap = 5;

const char* key_of(ActivationHead head) {
  return head == ActivationHead::mask ? "mask" : head == ActivationHead::classes ? "class" : "plain";
}

// [1,256], one colour a level.
cv::Mat3b all_colours() {
  cv::Mat1b levels(1, 256);
  for (int i = 0; i < levels.cols; ++i) levels(0, i) = static_cast<std::uint8_t>(i);
  cv::Mat3b colours;
  cv::applyColorMap(levels, colours, cv::COLORMAP_INFERNO);
  return colours;
}

const cv::Mat3b& colours() {
  static const cv::Mat3b table = all_colours();
  return table;
}

Activation read_activation(const nlohmann::json& entry, const std::string& root, ImageSize size,
                           const DecodeLimits& limits) {
  const auto is_range = [](const nlohmann::json& range) {
    return range.is_array() && range.size() == 2 && range[0].is_number() && range[1].is_number();
  };
  if (!entry.is_object() || !entry.contains("map") || !entry["map"].is_string() || !entry.contains("range") ||
      !is_range(entry["range"]))
    throw Error(Exit::bad_data, "'pred.cam' holds no path 'map' with its 'range'");
  const std::string path = resolve(root, entry["map"].get<std::string>());
  const cv::Mat1b levels = load_grey(path, limits);
  if (levels.cols != size.width || levels.rows != size.height)
    throw Error(Exit::bad_data, "{}: {} x {} px, the image has {} x {}", path, levels.cols, levels.rows,
                size.width, size.height);
  return {levels, entry["range"][0].get<double>(), entry["range"][1].get<double>()};
}

// For tiles without room for the bar: with as many digits as there is room for.
std::string range_text(const Canvas& canvas, const Activation& map, double width) {
  std::string text;
  for (const int digits : {3, 2, 1}) {
    text = fmt::format("{:.{}g}…{:.{}g}", map.lowest, digits, map.highest, digits);
    if (canvas.text_width(text, kWords) <= width) return text;
  }
  return shortened(canvas, text, kWords, width);
}

}  // namespace

const char* activation_title(ActivationHead head) {
  switch (head) {
    case ActivationHead::none:
      break;
    case ActivationHead::mask:
      return "Grad-CAM of the mask";
    case ActivationHead::classes:
      return "Grad-CAM of malignant";
    case ActivationHead::plain:
      return "CAM of malignant";
  }
  return "";
}

std::optional<Activation> load_activation(const Record& record, ActivationHead head, const std::string& root,
                                          ImageSize size, const DecodeLimits& limits) {
  const auto maps = record.at("pred.cam");
  const char* key = key_of(head);
  if (!maps || !maps->is_object() || !maps->contains(key))
    throw Error(Exit::bad_data, "no activation map 'pred.cam.{}' (tn-infer --emit cam makes it)", key);
  if ((*maps)[key].is_null()) return std::nullopt;
  return read_activation((*maps)[key], root, size, limits);
}

cv::Vec3b activation_colour(std::uint8_t level) {
  return colours()(0, level);
}

cv::Mat3b glowing(const cv::Mat1b& image, const cv::Mat1b& levels) {
  cv::Mat3b result(image.size());
  for (int y = 0; y < result.rows; ++y)
    for (int x = 0; x < result.cols; ++x) {
      const cv::Vec3b colour = activation_colour(levels(y, x));
      for (int i = 0; i < 3; ++i)
        result(y, x)[i] = static_cast<std::uint8_t>((image(y, x) + colour[i] + 1) / 2);
    }
  return result;
}

void draw_activation_bar(Canvas& canvas, const Box& box) {
  canvas.image(colours(), box);
  canvas.frame(box, {canvas.theme().quiet, 0.5});
}

void draw_activation_scale(Canvas& canvas, ActivationHead head, const std::optional<Activation>& map,
                           double x, double y, double width) {
  const std::string title = activation_title(head);
  if (!map) {
    canvas.text({x, y}, shortened(canvas, "no " + title, kWords, width), kWords);
    return;
  }
  const std::string low = fmt::format("{:.3g}", map->lowest), high = fmt::format("{:.3g}", map->highest);
  const double numbers = canvas.text_width(low, kWords) + canvas.text_width(high, kWords) + 2 * kGap;
  if (numbers + kShortestBar > width) {
    canvas.text({x, y}, range_text(canvas, *map, width), kWords);
    return;
  }
  const double words = canvas.text_width(title, kWords) + 2 * kGap;
  const bool titled = words + numbers + kShortestBar <= width;
  const double bar = std::clamp(width - numbers - (titled ? words : 0), kShortestBar, kLongestBar);
  if (titled) canvas.text({x, y}, title, kWords);
  double left = x + width - numbers - bar;
  canvas.text({left, y}, low, kWords);
  left += canvas.text_width(low, kWords) + kGap;
  draw_activation_bar(canvas, {left, y - 8, bar, 8});
  canvas.text({left + bar + kGap, y}, high, kWords);
}

}  // namespace tn
