#include "libcore/image/decode.hpp"

#include <array>
#include <opencv2/core.hpp>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/image/dicom_file.hpp"

namespace tn {
namespace {

struct Format {
  bool (*recognises)(std::string_view bytes);
  ImageHeader (*header)(const Encoded& file);
  cv::Mat1b (*decode)(const Encoded& file, Reading reading);
};

bool is_png(std::string_view bytes) {
  return bytes.starts_with("\x89PNG");
}
bool is_jpeg(std::string_view bytes) {
  return bytes.starts_with("\xFF\xD8\xFF");
}
bool is_bmp(std::string_view bytes) {
  return bytes.starts_with("BM");
}
bool is_tiff(std::string_view bytes) {
  const std::string_view start = bytes.substr(0, 4);
  return start == std::string_view("II*\0", 4) || start == std::string_view("MM\0*", 4) ||
         start == std::string_view("II+\0", 4) || start == std::string_view("MM\0+", 4);
}
bool is_pnm(std::string_view bytes) {
  return bytes.size() >= 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6' &&
         (bytes.size() == 2 || std::string_view(" \t\r\n#").find(bytes[2]) != std::string_view::npos);
}

// DICOM first: what stands before its mark may be the head of a TIFF file.
constexpr std::array<Format, 6> kFormats{{{is_dicom, dicom_header, decode_dicom},
                                          {is_png, png_header, decode_png},
                                          {is_jpeg, jpeg_header, decode_jpeg},
                                          {is_bmp, bmp_header, decode_bmp},
                                          {is_tiff, tiff_header, decode_tiff},
                                          {is_pnm, pnm_header, decode_pnm}}};

// The name of a known format that is not decoded here, or "".
std::string_view foreign_format(std::string_view bytes) {
  if (bytes.starts_with("GIF8")) return "GIF";
  if (bytes.starts_with("RIFF") && bytes.substr(8).starts_with("WEBP")) return "WebP";
  if (bytes.substr(4).starts_with("ftyp")) return "HEIF or video";
  if (bytes.starts_with("%PDF")) return "PDF";
  if (bytes.starts_with("\x1F\x8B")) return "gzip";
  return "";
}

const Format& recognise(const Encoded& file) {
  if (file.bytes.empty()) throw Error(Exit::bad_data, "{}: is empty (0 bytes)", file.name);
  for (const Format& format : kFormats)
    if (format.recognises(file.bytes)) return format;
  const std::string_view foreign = file.bytes.size() > 12 ? foreign_format(file.bytes) : "";
  if (!foreign.empty())
    throw Error(Exit::bad_data, "{}: {} is not read here (PNG, JPEG, BMP, TIFF, PNM and DICOM are)",
                file.name, foreign);
  throw Error(Exit::bad_data, "{}: is no image (PNG, JPEG, BMP, TIFF, PNM or DICOM)", file.name);
}

ImageHeader checked_header(const Format& format, const Encoded& file, const DecodeLimits& limits) {
  const ImageHeader header = format.header(file);
  const auto [width, height] = header.size;
  if (width <= 0 || height <= 0)
    throw Error(Exit::bad_data, "{}: has no pixels ({} x {})", file.name, width, height);
  if (std::int64_t{width} * height > limits.max_pixels)
    throw Error(Exit::bad_data, "{}: {} x {} px is over the limit of {} pixels", file.name, width, height,
                limits.max_pixels);
  return header;
}

// EXIF orientation: how the stored pixels have to be turned to stand upright.
cv::Mat1b turn(const cv::Mat1b& stored, int orientation) {
  if (orientation == 1) return stored;
  cv::Mat1b standing = stored;
  if (orientation >= 5) cv::transpose(stored, standing);
  if (orientation == 5) return standing;
  const bool left_right = orientation == 2 || orientation == 6;  // 6: a quarter turn clockwise
  const bool top_bottom = orientation == 4 || orientation == 8;  // 8: a quarter turn anticlockwise
  cv::Mat1b turned;
  cv::flip(standing, turned, left_right ? 1 : top_bottom ? 0 : -1);  // 3 and 7: both
  return turned;
}

cv::Mat1b decode(const Encoded& file, Reading reading, const DecodeLimits& limits) {
  const Format& format = recognise(file);
  const ImageHeader header = checked_header(format, file, limits);
  return turn(format.decode(file, reading), header.orientation);
}

}  // namespace

cv::Mat1b above_half(const cv::Mat1b& grey) {
  double brightest = 0;
  cv::minMaxLoc(grey, nullptr, &brightest);
  cv::Mat1b mask;
  cv::compare(grey, brightest / 2, mask, cv::CMP_GT);
  return mask;
}

cv::Mat1b load_grey(const std::string& path, const DecodeLimits& limits) {
  return decode_grey(read_regular_file(path), path, limits);
}

cv::Mat1b decode_grey(std::string_view bytes, const std::string& name, const DecodeLimits& limits,
                      std::optional<std::int64_t> frame) {
  return decode({bytes, name, limits.fail_on, limits.tolerated, frame}, Reading::grey, limits);
}

cv::Mat1b decode_mask(std::string_view bytes, const std::string& name, const DecodeLimits& limits) {
  return decode({bytes, name, limits.fail_on, limits.tolerated}, Reading::mask, limits);
}

ImageSize image_size(const std::string& path, const DecodeLimits& limits) {
  return encoded_size(read_regular_file(path), path, limits);
}

ImageSize encoded_size(std::string_view bytes, const std::string& name, const DecodeLimits& limits) {
  const Encoded file{bytes, name, limits.fail_on, nullptr};
  const ImageHeader header = checked_header(recognise(file), file, limits);
  if (header.orientation < 5) return header.size;
  return {header.size.height, header.size.width};
}

}  // namespace tn
