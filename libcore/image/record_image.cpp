#include "libcore/image/record_image.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/data/manifest.hpp"

namespace tn {
namespace {

// A `frame` may be a note on a picture that was taken out of a sequence: only whole numbers name one.
std::optional<std::int64_t> frame_of(const Record& record) {
  const auto frame = record.json("frame");
  if (!frame || !frame->is_number_integer()) return std::nullopt;
  return frame->get<std::int64_t>();
}

cv::Rect box_of(const nlohmann::json& box, const std::string& id) {
  constexpr std::int64_t kMost = 1'000'000;  // px
  std::array<int, 4> sides{};
  for (std::size_t i = 0; i < 4; ++i) {
    const bool whole = box.is_array() && box.size() == 4 && box[i].is_number_integer();
    const std::int64_t value = whole ? box[i].get<std::int64_t>() : -1;
    if (value < 0 || value > kMost)
      throw Error(Exit::bad_data, "{}: 'visible' is no list of [x,y,width,height] in pixels", id);
    sides.at(i) = static_cast<int>(value);
  }
  return {sides[0], sides[1], sides[2], sides[3]};
}

std::vector<cv::Rect> visible_of(const Record& record) {
  const auto visible = record.json("visible");
  if (!visible) return {};
  if (!visible->is_array() || visible->empty())
    throw Error(Exit::bad_data, "{}: 'visible' is no list of [x,y,width,height] in pixels", record.id());
  std::vector<cv::Rect> boxes;
  for (const nlohmann::json& box : *visible) boxes.push_back(box_of(box, record.id()));
  return boxes;
}

}  // namespace

std::string ImageSource::choice() const {
  std::string text;
  if (frame) text += fmt::format("frame {}", *frame);
  for (const cv::Rect& box : visible)
    text += fmt::format(" visible {},{},{},{}", box.x, box.y, box.width, box.height);
  return text;
}

ImageSource read_image_source(const Record& record, const std::string& root) {
  const auto image = record.text("image");
  if (!image) throw Error(Exit::bad_data, "{}: record without 'image'", record.id());
  ImageSource source{resolve(root, *image), {}, frame_of(record), visible_of(record)};
  source.bytes = read_regular_file(source.path);
  return source;
}

ImageSize image_size(const ImageSource& source, const DecodeLimits& limits) {
  return encoded_size(source.bytes, source.path, limits);
}

cv::Mat1b decode_image(const ImageSource& source, const DecodeLimits& limits) {
  cv::Mat1b image = decode_grey(source.bytes, source.path, limits, source.frame);
  if (source.visible.empty()) return image;
  cv::Mat1b seen(image.size(), std::uint8_t{0});
  const cv::Rect whole(0, 0, image.cols, image.rows);
  for (const cv::Rect& box : source.visible)
    if (const cv::Rect inside = box & whole; !inside.empty()) image(inside).copyTo(seen(inside));
  return seen;
}

cv::Mat1b load_image(const Record& record, const std::string& root, const DecodeLimits& limits) {
  return decode_image(read_image_source(record, root), limits);
}

}  // namespace tn
