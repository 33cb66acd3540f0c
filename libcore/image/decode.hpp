// Between load_grey and the formats: one header function and one decoder a format. For libcore/image alone.
#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "libcore/image/image_io.hpp"

namespace tn {

// Encoded bytes and the name they have in messages; both belong to the caller.
struct Encoded {
  std::string_view bytes;
  const std::string& name;
  FailOn fail_on = FailOn::error;
  std::string* tolerated = nullptr;                  // see DecodeLimits
  std::optional<std::int64_t> frame = std::nullopt;  // of a file that holds several, from 0
};

// grey: levels 0 to 255. mask: 255 where the pixel is not black, else 0.
enum class Reading { grey, mask };

// What a file says before its pixels: size as stored, EXIF orientation 1 to 8.
struct ImageHeader {
  ImageSize size;
  int orientation = 1;
};

// Throw Error(bad_data) "NAME: reason". A decoder is called after its header function, with a size that is
// allowed; it returns the pixels as stored, not yet turned.
ImageHeader png_header(const Encoded& file);
cv::Mat1b decode_png(const Encoded& file, Reading reading);
ImageHeader jpeg_header(const Encoded& file);
cv::Mat1b decode_jpeg(const Encoded& file, Reading reading);
ImageHeader bmp_header(const Encoded& file);
cv::Mat1b decode_bmp(const Encoded& file, Reading reading);
ImageHeader tiff_header(const Encoded& file);
cv::Mat1b decode_tiff(const Encoded& file, Reading reading);
ImageHeader pnm_header(const Encoded& file);
cv::Mat1b decode_pnm(const Encoded& file, Reading reading);
ImageHeader dicom_header(const Encoded& file);
cv::Mat1b decode_dicom(const Encoded& file, Reading reading);

// As grey levels. Three channels that no marker explains are red, green and blue if `unmarked_is_rgb`,
// otherwise YCbCr.
cv::Mat1b decode_jpeg_grey(const Encoded& file, bool unmarked_is_rgb);

// The orientation that a block of EXIF (a TIFF header and its first directory) states; 1 if it states none.
int exif_orientation(std::string_view tiff);

// {0,255}: the mask in a lossy image. Values near 0 beside an edge are the compression's, so a pixel counts
// when it is above half of the brightest.
cv::Mat1b above_half(const cv::Mat1b& grey);

}  // namespace tn
